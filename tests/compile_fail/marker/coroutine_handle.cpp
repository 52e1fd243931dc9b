// GCC 12: `std::coroutine_handle<void>` cannot be sent between threads safely: spawn a Task instead
// Clang 22: cannot_be_sent_between_threads_safely<std::coroutine_handle<void>, because<"spawn a Task instead">>
// A raw handle owns nothing and checks nothing.
#include "compile_fail/door.hpp"

#include <coroutine>

void f(std::coroutine_handle<> handle) {
  pass(handle);  // refused
}
