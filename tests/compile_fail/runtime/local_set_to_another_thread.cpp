// GCC 12: `task::LocalSet` cannot be sent between threads safely: it stays on its thread
// Clang 22: cannot_be_sent_between_threads_safely<task::LocalSet, because<"it stays on its thread">>
// A LocalSet stays on its thread.
#include <heddle/runtime/local_set.hpp>
#include <heddle/thread/spawn.hpp>

#include <utility>

namespace hd = heddle;

void f(hd::task::LocalSet set) {
  hd::thread::spawn([](hd::task::LocalSet) {}, std::move(set));  // refused
}
