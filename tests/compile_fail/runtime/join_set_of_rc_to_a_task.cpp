// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc; found in task::JoinSet<Rc<int>> -> Rc<int>
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">, found_in<task::JoinSet<Rc<int>>>>
// A set takes the results of its tasks along.
#include <heddle/heddle.hpp>

void f() {
  heddle::task::JoinSet<heddle::Rc<int>> set;
  heddle::task::spawn([](heddle::task::JoinSet<heddle::Rc<int>>& tasks) -> heddle::Async<> {  // refused
    co_await tasks.shutdown();
  }, std::move(set));
}
