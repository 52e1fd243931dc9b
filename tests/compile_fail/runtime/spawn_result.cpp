// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">>
// What a task gives goes to the thread that awaits it.
#include <heddle/runtime/spawn.hpp>

namespace hd = heddle;

hd::Task<int*> pointer() { co_return nullptr; }

void f() {
  hd::task::spawn(pointer());  // refused
}
