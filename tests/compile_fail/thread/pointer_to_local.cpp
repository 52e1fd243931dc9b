// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">>
#include <heddle/thread/spawn.hpp>

void f() {
  int here = 1;
  heddle::thread::spawn([](int* there) { ++*there; }, &here);  // refused
}
