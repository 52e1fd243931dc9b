// GCC 12: a closure cannot be sent between threads safely: its captures can't be seen here, pass them as arguments
// Clang 22: borrows_and_may_outlive_what_it_points_to<(lambda), because<"it captures by reference">>
#include <heddle/thread/scope.hpp>

namespace hd = heddle;

void f(hd::thread::Scope& s) {
  int here = 1;
  s.spawn([&here] { ++here; });  // refused
}
