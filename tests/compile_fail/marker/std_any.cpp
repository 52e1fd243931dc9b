// GCC 12: `std::any` cannot be sent between threads safely: it hides what it holds
// Clang 22: cannot_be_sent_between_threads_safely<std::any, because<"it hides what it holds">>
// A std::any doesn't tell what it holds.
#include "compile_fail/door.hpp"

#include <any>

void f(std::any anything) {
  pass(anything);  // refused
}
