// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc; found in std::tuple<int, std::optional<int*>> -> std::optional<int*> -> int*
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">, found_in<std::tuple<int, std::optional<int *>>, std::optional<int *>>>
// A tuple is its elements.
#include "compile_fail/door.hpp"

#include <optional>
#include <tuple>

void f(std::tuple<int, std::optional<int*>> tuple) {
  pass(tuple);  // refused
}
