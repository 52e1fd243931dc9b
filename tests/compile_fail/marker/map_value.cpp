// GCC 12: cannot convert 'const char*' to 'detail::Slice'
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">, found_in<std::map<std::string, int *>>>
// A map is its keys, values, order and allocator.
#include "compile_fail/door.hpp"

#include <map>
#include <string>

void f(std::map<std::string, int*> map) {
  pass(map);  // refused
}
