// GCC 12: `int*` borrows, and may outlive what it points to: use unique_ptr or Arc
// Clang 22: borrows_and_may_outlive_what_it_points_to<int *, because<"use unique_ptr or Arc">>
// A tracked local task may not borrow either.
#include <heddle/heddle.hpp>

void f(int& count) {
  heddle::task::TaskTracker tracker;
  tracker.spawn_local([](int* n) -> heddle::Async<> { co_await heddle::ready(++*n); }, &count);  // refused
}
