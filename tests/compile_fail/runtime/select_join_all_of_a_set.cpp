// GCC 12: this future loses data when another arm is first: name it and pass it by its name, or accept the loss: on(cancel_unsafe(future), handler)
// Clang 22: this future loses data when another arm is first: name it and pass it by its name, or accept the loss: on(cancel_unsafe(future), handler)
// Who drops a join_all of a JoinSet aborts its tasks, and loses the values that had come.
#include <heddle/heddle.hpp>

heddle::Async<> f(heddle::task::JoinSet<int> set) {
  auto use = [](auto&&) {};
  co_await heddle::select(heddle::on(std::move(set).join_all(), use));  // refused
}
