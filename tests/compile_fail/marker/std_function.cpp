// GCC 12: `std::function<void()>` cannot be sent between threads safely: it hides what it holds
// Clang 22: cannot_be_sent_between_threads_safely<std::function<void ()>, because<"it hides what it holds">>
// A std::function doesn't tell what it captured.
#include "compile_fail/door.hpp"

#include <functional>

void f(std::function<void()> callback) {
  pass(callback);  // refused
}
