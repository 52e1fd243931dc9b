// GCC 12: `thread::detail::Borrowed<int, thread::detail::Access::kMutable>` borrows, and may outlive what it points to
// Clang 22: borrows_and_may_outlive_what_it_points_to<thread::detail::Borrowed<int, thread::detail::Access::kMutable>>
#include <heddle/thread/scope.hpp>

namespace hd = heddle;

void f(hd::thread::Scope& s) {
  int here = 1;
  hd::thread::spawn([](int& there) { ++there; }, s.mut(here));  // refused
}
