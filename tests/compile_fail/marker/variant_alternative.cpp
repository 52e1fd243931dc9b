// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc; found in std::variant<int, std::string, int*> -> int*
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">, found_in<std::variant<int, std::string, int *>>>
// A variant is its alternatives.
#include "compile_fail/door.hpp"

#include <string>
#include <variant>

void f(std::variant<int, std::string, int*> variant) {
  pass(variant);  // refused
}
