// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">>
// A builder is a door too.
#include <heddle/heddle.hpp>

void f() {
  auto call = heddle::task::Builder().name("call").spawn_blocking([](heddle::Rc<int>) {}, heddle::Rc<int>::make(1));  // refused
}
