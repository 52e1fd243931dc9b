// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc; found in Shared<std::atomic<int*>> -> std::atomic<int*> -> int*
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">, found_in<Shared<std::atomic<int *>>, std::atomic<int *>>>
// An atomic pointer is a pointer.
#include "compile_fail/door.hpp"

#include <atomic>

void f(const std::atomic<int*>& shared) {
  lend([](const std::atomic<int*>&) {}, Shared<std::atomic<int*>>{&shared});  // refused
}
