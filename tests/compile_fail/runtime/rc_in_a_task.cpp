// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">>
// A task may run on any worker.
#include <heddle/future/task.hpp>
#include <heddle/sync/rc.hpp>

namespace hd = heddle;

hd::Task<int> f(hd::sync::Rc<int> data) { co_return *data; }  // refused
