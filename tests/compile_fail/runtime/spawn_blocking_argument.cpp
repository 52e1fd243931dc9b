// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">>
// An argument of a blocking call may not cross to its thread.
#include <heddle/heddle.hpp>

void f() {
  auto call = heddle::task::spawn_blocking([](heddle::Rc<int> data) { return *data; }, heddle::Rc<int>::make(1));  // refused
}
