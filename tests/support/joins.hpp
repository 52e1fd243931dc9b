// SPDX-License-Identifier: MIT
// What the tests of join and of try_join share: members that spend the budget, members that say who was asked first, and
// two that come one after the other.
#pragma once

#include "support/mock_task.hpp"
#include "support/polled.hpp"

#include <heddle/async/semaphore.hpp>
#include <heddle/channel/oneshot.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/future.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace heddle_test {

/// Takes a permit and gives it back, which costs a unit of the budget each time, until `done`; gives how often.
inline heddle::Async<int> acquires_until(const bool& done, const heddle::async::Semaphore& permits) {
  constexpr int kTooOften = 100 * heddle::Context::kBudget;
  int times = 0;
  for (; !done && times < kTooOften; ++times) {
    auto permit = co_await permits.acquire();
    EXPECT_TRUE(permit.has_value());
  }
  EXPECT_LT(times, kTooOften) << "its neighbour starves";
  co_return times;
}

/// The neighbour: takes a permit five times, and is done.
inline heddle::Async<int> acquires_five(bool& done, const heddle::async::Semaphore& permits) {
  for (int i = 0; i < 5; ++i) {
    auto permit = co_await permits.acquire();
    EXPECT_TRUE(permit.has_value());
  }
  done = true;
  co_return 5;
}

/// What `make(rx1, rx2)` of two receivers gives, when the second is sent 123 first and then the first "hello": it is pending,
/// and woken each time.
template <class Make>
auto when_the_last_has_come(Make make) {
  auto [tx1, rx1] = heddle::oneshot::channel<std::string>();
  auto [tx2, rx2] = heddle::oneshot::channel<int>();
  heddle::test::Polled both([&rx1 = rx1, &rx2 = rx2, &make] { return make(rx1, rx2); });
  EXPECT_TRUE(both.pending());
  std::move(tx2).send(123).value();
  EXPECT_TRUE(both.is_woken());
  EXPECT_TRUE(both.pending());
  std::move(tx1).send("hello").value();
  EXPECT_TRUE(both.is_woken());
  return both.poll();
}

/// Which of the three members of `make(a, b, c)` is asked first in each of four polls; each answers `pending`.
template <class Make, class Answer>
std::vector<int> first_asked(Make make, const Answer& pending) {
  std::vector<int> first;
  bool begun = false;
  const auto member = [&](int id) {
    return heddle::poll_fn([&first, &begun, &pending, id](heddle::Context&) {
      if (!std::exchange(begun, true)) first.push_back(id);
      return pending;
    });
  };
  auto a = member(0);
  auto b = member(1);
  auto c = member(2);
  auto all = make(a, b, c);
  heddle::test::MockTask task;
  for (int i = 0; i < 4; ++i) {
    begun = false;
    EXPECT_TRUE(task.poll(all).is_pending());
  }
  return first;
}

}  // namespace heddle_test
