// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">>
// Handle::spawn is a door as well.
#include <heddle/runtime/runtime.hpp>

namespace hd = heddle;

hd::Task<int*> pointer() { co_return nullptr; }

void f(const hd::runtime::Handle& handle) {
  handle.spawn(pointer());  // refused
}
