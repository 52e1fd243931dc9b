// GCC 12: `int` cannot be written by several threads at once: use an atomic or a Mutex; found in Shared<std::unique_ptr<int>> -> std::unique_ptr<int> -> int
// Clang 22: cannot_be_written_by_several_threads_at_once<int, because<"use an atomic or a Mutex">, found_in<Shared<std::unique_ptr<int>>, std::unique_ptr<int>>>
// A const unique_ptr gives T&.
#include "compile_fail/door.hpp"

#include <memory>

void f(Shared<std::unique_ptr<int>> number) {
  pass(number);  // refused
}
