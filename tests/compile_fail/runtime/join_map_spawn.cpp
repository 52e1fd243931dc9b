// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">>
// JoinMap::spawn is a door as well.
#include <heddle/heddle.hpp>

void f() {
  heddle::task::JoinMap<int, int> map;
  map.spawn(1, [](const heddle::Rc<int>& n) -> heddle::Async<int> { co_return *n; }, heddle::Rc<int>::make(42));  // refused
}
