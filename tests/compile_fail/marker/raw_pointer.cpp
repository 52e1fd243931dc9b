// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">>
// A raw pointer says nothing about who owns the object, or who else uses it.
#include "compile_fail/door.hpp"

void f(int* p) {
  pass(p);  // refused
}
