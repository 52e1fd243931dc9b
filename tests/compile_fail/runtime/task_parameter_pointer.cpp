// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">>
// A Task owns its parameters, and may be sent.
#include <heddle/future/task.hpp>

namespace hd = heddle;

hd::Task<int> f(int* number) { co_return *number; }  // refused
