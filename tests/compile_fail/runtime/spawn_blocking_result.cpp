// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">>
// What a blocking call gives may not cross back.
#include <heddle/heddle.hpp>

void f(const heddle::runtime::Handle& handle) {
  auto call = handle.spawn_blocking([] { return heddle::Rc<int>::make(1); });  // refused
}
