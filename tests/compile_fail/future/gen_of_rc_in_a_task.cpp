// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc; found in Gen<Rc<int>> -> Rc<int>
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">, found_in<Gen<Rc<int>>>>
// A Gen crosses threads as its items do.
#include <heddle/future/gen.hpp>
#include <heddle/future/task.hpp>
#include <heddle/sync/rc.hpp>

namespace hd = heddle;

hd::Task<bool> any(hd::Gen<hd::Rc<int>> numbers) { co_return (co_await hd::next(numbers)).has_value(); }  // refused
