// GCC 12: `const char*` cannot be sent between threads safely: use std::string
// Clang 22: cannot_be_sent_between_threads_safely<const char *, because<"use std::string">>
// An argument of spawn is kept by the task.
#include <heddle/runtime/spawn.hpp>

#include <string>

namespace hd = heddle;

hd::Task<int> number(std::string) { co_return 1; }

void f() {
  hd::task::spawn(number, "text");  // refused
}
