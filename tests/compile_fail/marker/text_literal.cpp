// GCC 12: `const char*` cannot be sent between threads safely: use std::string
// Clang 22: cannot_be_sent_between_threads_safely<const char *, because<"use std::string">>
// A literal decays to a pointer.
#include "compile_fail/door.hpp"

void f() {
  pass("text");  // refused
}
