// GCC 12: `int` cannot be written by several threads at once: use an atomic or a Mutex; found in std::weak_ptr<int> -> int
// Clang 22: cannot_be_written_by_several_threads_at_once<int, because<"use an atomic or a Mutex">, found_in<std::weak_ptr<int>>>
// A weak_ptr becomes a shared_ptr.
#include "compile_fail/door.hpp"

#include <memory>

void f(std::weak_ptr<int> number) {
  pass(number);  // refused
}
