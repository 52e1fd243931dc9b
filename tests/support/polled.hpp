// SPDX-License-Identifier: MIT
// Polled: a future with a task of its own, polled step by step by a test.
#pragma once

#include "support/mock_task.hpp"

#include <heddle/base/blocking.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

namespace heddle::test {

/// Keeps a future that can't be moved: `Polled lock([&] { return mutex.lock(); });`
template <class F>
class Polled {
 public:
  template <class Make>
  explicit Polled(Make make) : future_(new F(make())) {}

  auto poll(std::uint32_t budget = Context::kBudget) { return task_.poll(*future_, budget); }
  /// Whether it is pending when polled now.
  [[nodiscard]] bool pending() { return poll().is_pending(); }
  /// How often it was woken since the last call.
  [[nodiscard]] int take_wakes() { return task_.take_wakes(); }
  [[nodiscard]] bool is_woken() { return task_.is_woken(); }

  /// Cancels it.
  void drop() { future_.reset(); }
  F& operator*() { return *future_; }
  F* operator->() { return future_.get(); }

 private:
  MockTask task_;
  std::unique_ptr<F> future_;
};
template <class Make>
Polled(Make) -> Polled<std::invoke_result_t<Make>>;

/// Runs `f` on a thread that is marked as one that polls tasks; returns what a BlockingInAsync said, or "".
template <class F>
std::string refusal_in_async(F f) {
  const bool before = base::set_in_async(true);
  std::string what;
  try {
    static_cast<void>(f());
  } catch (const BlockingInAsync& refusal) {
    what = refusal.what();
  }
  base::set_in_async(before);
  return what;
}

}  // namespace heddle::test
