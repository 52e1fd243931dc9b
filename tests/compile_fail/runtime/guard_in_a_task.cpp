// GCC 12: `MutexGuard<int>` cannot be sent between threads safely: a guard is released by the thread that locked
// Clang 22: cannot_be_sent_between_threads_safely<MutexGuard<int>, because<"a guard is released by the ", "thread that locked">>
// A guard is released by the thread that locked, and a task may change its thread.
#include <heddle/future/task.hpp>
#include <heddle/sync/mutex.hpp>

namespace hd = heddle;

hd::Task<> f(hd::sync::MutexGuard<int> guard) { co_return; }  // refused
