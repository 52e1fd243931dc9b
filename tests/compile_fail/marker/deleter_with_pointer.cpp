// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc; found in std::unique_ptr<int, ToPool> -> ToPool.pool -> int*
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">, found_in<std::unique_ptr<int, ToPool>, field<ToPool, "pool">>>
// A unique_ptr is its deleter as well.
#include "compile_fail/door.hpp"

#include <memory>
#include <utility>

struct ToPool {
  int* pool = nullptr;
  void operator()(int*) const {}
};

void f(std::unique_ptr<int, ToPool> number) {
  pass(std::move(number));  // refused
}
