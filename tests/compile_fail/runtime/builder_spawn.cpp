// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">>
// A builder is a door too.
#include <heddle/heddle.hpp>

heddle::Async<> use(const heddle::Rc<int>&) { co_return; }

void f() {
  auto task = heddle::task::Builder().name("task").spawn(use, heddle::Rc<int>::make(1));  // refused
}
