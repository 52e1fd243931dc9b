// GCC 12: `std::unique_lock<std::mutex>` cannot be sent between threads safely: its thread has to unlock
// Clang 22: cannot_be_sent_between_threads_safely<std::unique_lock<std::mutex>, because<"its thread has to unlock">>
// The thread that locked has to unlock.
#include "compile_fail/door.hpp"

#include <mutex>
#include <utility>

void f(std::unique_lock<std::mutex> lock) {
  pass(std::move(lock));  // refused
}
