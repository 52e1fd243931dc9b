// GCC 12: a closure cannot be sent between threads safely: its captures can't be seen here, pass them as arguments
// Clang 22: cannot_be_sent_between_threads_safely<(lambda), because<"it captures Counter *">>
// `this` is a pointer.
#include "compile_fail/door.hpp"

struct Counter {
  int count = 0;
  void start() {
    pass([this] { ++count; });  // refused
  }
};
