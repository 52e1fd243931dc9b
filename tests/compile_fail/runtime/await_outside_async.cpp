// GCC 12: unable to find the promise type for this coroutine
// Clang 22: this function cannot be a coroutine: 'std::coroutine_traits<int>' has no member named 'promise_type'
// co_await stands in a coroutine: a function that returns an Async or a Task.
#include <heddle/future/async.hpp>

namespace hd = heddle;

hd::Async<int> number();

int f() { return co_await number(); }  // refused
