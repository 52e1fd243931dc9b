// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">>
// JoinSet::spawn_blocking is a door as well.
#include <heddle/heddle.hpp>

void f(int& count) {
  heddle::task::JoinSet<void> set;
  set.spawn_blocking([](int* n) { ++*n; }, &count);  // refused
}
