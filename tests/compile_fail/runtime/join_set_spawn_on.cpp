// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc; found in future::ReadyFuture<Rc<int>>.value_ -> Rc<int>
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">, found_in<field<future::ReadyFuture<Rc<int>>, "value_">>>
// JoinSet::spawn_on asks what its runtime asks.
#include <heddle/heddle.hpp>

void f(const heddle::runtime::Handle& handle) {
  heddle::task::JoinSet<heddle::Rc<int>> set;
  set.spawn_on(handle, heddle::ready(heddle::Rc<int>::make(42)));  // refused
}
