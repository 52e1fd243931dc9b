// GCC 12: a closure cannot be sent between threads safely: its captures can't be seen here, pass them as arguments
// Clang 22: borrows_and_may_outlive_what_it_points_to<(lambda), because<"it captures by reference">>
// A closure that borrows may not be spawned.
#include <heddle/runtime/spawn.hpp>

namespace hd = heddle;

void f(int number) {
  hd::task::spawn([&number] { return hd::ready(number); });  // refused
}
