// GCC 12: a closure cannot be sent between threads safely: its captures can't be seen here, pass them as arguments
// Clang 22: cannot_be_sent_between_threads_safely<(lambda), because<"it captures int *">>
// A captured pointer is a pointer.
#include "compile_fail/door.hpp"

void f(int* pointer) {
  pass([pointer] { return *pointer; });  // refused
}
