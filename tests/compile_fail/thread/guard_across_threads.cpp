// GCC 12: `MutexGuard<int>` cannot be sent between threads safely: a guard is released by the thread that locked
// Clang 22: cannot_be_sent_between_threads_safely<MutexGuard<int>, because<"a guard is released by the ", "thread that locked">>
// The thread that locked has to unlock.
#include <heddle/sync/mutex.hpp>
#include <heddle/thread/spawn.hpp>

#include <utility>

namespace hd = heddle;

void f(hd::sync::MutexGuard<int> guard) {
  hd::thread::spawn([](hd::sync::MutexGuard<int>) {}, std::move(guard));  // refused
}
