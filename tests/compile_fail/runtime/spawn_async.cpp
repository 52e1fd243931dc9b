// GCC 12: `Async<int>` cannot be sent between threads safely: spawn(f, args) instead
// Clang 22: cannot_be_sent_between_threads_safely<Async<int>, because<"spawn(f, args) instead">>
// An Async may borrow: spawn keeps the arguments if it is given the function.
#include <heddle/future/async.hpp>
#include <heddle/runtime/spawn.hpp>

namespace hd = heddle;

hd::Async<int> number() { co_return 1; }

void f() {
  hd::task::spawn(number());  // refused
}
