// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">>
// A blocking call may outlive what it would borrow.
#include <heddle/heddle.hpp>

int f(heddle::runtime::Runtime& runtime) {
  int data = 1;
  auto call = runtime.spawn_blocking([](int* borrowed) { return *borrowed; }, &data);  // refused
  return data;
}
