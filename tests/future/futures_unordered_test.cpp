// SPDX-License-Identifier: MIT
// FuturesUnordered: who is polled when, what comes out, and what is left when members throw, yield, push and go.
#include "support/drop_counter.hpp"
#include "support/mock_task.hpp"
#include "support/small_stack.hpp"

#include <heddle/channel/oneshot.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/futures_ordered.hpp>
#include <heddle/future/futures_unordered.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::FuturesUnordered;
using hd::test::MockTask;

/// Waits for a test to say what it gives; counts its polls.
struct Control {
  int polls = 0;
  std::optional<int> value;
  bool fails = false;
  hd::Waker waker;
  std::function<void()> when_polled;

  void finish(int with) {
    value = with;
    waker.wake_by_ref();
  }
};

class Controlled {
 public:
  using Output = int;
  explicit Controlled(Control& control) noexcept : control_(&control) {}

  hd::Poll<int> poll(hd::Context& cx) {
    ++control_->polls;
    if (control_->when_polled) control_->when_polled();
    if (control_->fails) throw std::runtime_error("no");
    if (control_->value) return hd::Ready(*control_->value);
    control_->waker = cx.waker().clone();
    return hd::Pending;
  }

 private:
  Control* control_;
};

using Set = FuturesUnordered<Controlled>;

/// One poll of next(): -1 when there is no member, nothing when pending.
std::optional<int> poll_next(MockTask& task, auto& set) {
  auto next = set.next();
  auto answer = task.poll(next);
  if (answer.is_pending()) return std::nullopt;
  return answer.take().value_or(-1);
}

TEST(FuturesUnordered, without_members_it_gives_nothing_at_once_and_again) {
  Set set;
  MockTask task;
  EXPECT_TRUE(set.is_empty());
  EXPECT_EQ(poll_next(task, set), -1);
  EXPECT_EQ(poll_next(task, set), -1);
}

TEST(FuturesUnordered, results_come_in_the_order_in_which_members_end) {
  Set set;
  MockTask task;
  std::vector<Control> controls(3);
  for (Control& control : controls) set.push(Controlled(control));
  EXPECT_EQ(set.len(), 3U);
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  controls[2].finish(2);
  controls[0].finish(0);
  EXPECT_EQ(poll_next(task, set), 2);
  EXPECT_EQ(poll_next(task, set), 0);
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  EXPECT_EQ(set.len(), 1U);
  controls[1].finish(1);
  EXPECT_EQ(poll_next(task, set), 1);
  EXPECT_TRUE(set.is_empty());
  EXPECT_EQ(poll_next(task, set), -1);
}

TEST(FuturesUnordered, only_the_member_that_was_woken_is_polled) {
  Set set;
  MockTask task;
  std::vector<Control> controls(100);
  for (Control& control : controls) set.push(Controlled(control));
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  EXPECT_EQ(task.take_wakes(), 0);
  controls[57].waker.wake_by_ref();
  EXPECT_EQ(task.take_wakes(), 1);
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  for (std::size_t i = 0; i < controls.size(); ++i) EXPECT_EQ(controls[i].polls, i == 57 ? 2 : 1);
}

TEST(FuturesUnordered, members_that_are_woken_many_times_wake_the_task_once_and_are_polled_once) {
  Set set;
  MockTask task;
  std::vector<Control> controls(10);
  for (Control& control : controls) set.push(Controlled(control));
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  for (int i = 0; i < 5; ++i) {
    for (Control& control : controls) control.waker.wake_by_ref();
  }
  EXPECT_EQ(task.take_wakes(), 1);
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  for (const Control& control : controls) EXPECT_EQ(control.polls, 2);
}

TEST(FuturesUnordered, pushing_wakes_who_awaits_the_next_result) {
  Set set;
  MockTask task;
  Control first, second;
  set.push(Controlled(first));
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  second.value = 2;
  set.push(Controlled(second));
  EXPECT_TRUE(task.is_woken());
  EXPECT_EQ(poll_next(task, set), 2);
}

TEST(FuturesUnordered, the_waker_of_the_last_poll_is_woken) {
  Set set;
  MockTask before, after;
  Control control;
  set.push(Controlled(control));
  EXPECT_EQ(poll_next(before, set), std::nullopt);
  EXPECT_EQ(poll_next(after, set), std::nullopt);
  control.finish(1);
  EXPECT_FALSE(before.is_woken());
  EXPECT_TRUE(after.is_woken());
}

TEST(FuturesUnordered, a_next_that_is_dropped_loses_nothing) {
  Set set;
  Control control;
  set.push(Controlled(control));
  {
    MockTask task;
    auto next = set.next();
    EXPECT_TRUE(task.poll(next).is_pending());
    control.finish(3);
  }
  MockTask task;
  EXPECT_EQ(poll_next(task, set), 3);
}

TEST(FuturesUnordered, a_member_may_push_others_while_it_is_polled) {
  Set set;
  MockTask task;
  Control first, second;
  second.value = 2;
  first.when_polled = [&] {
    if (first.polls == 1) set.push(Controlled(second));
  };
  set.push(Controlled(first));
  EXPECT_EQ(poll_next(task, set), std::nullopt);  // as many polls as there were members
  EXPECT_TRUE(task.is_woken());
  EXPECT_EQ(poll_next(task, set), 2);
  first.finish(1);
  EXPECT_EQ(poll_next(task, set), 1);
}

TEST(FuturesUnordered, a_member_that_wakes_itself_is_polled_again_and_ends) {
  FuturesUnordered<hd::test::YieldTimes> set;
  set.push(hd::test::YieldTimes(5));
  MockTask task;
  int polls = 0;
  for (;;) {
    auto next = set.next();
    ++polls;
    if (task.poll(next).is_ready()) break;
    EXPECT_TRUE(task.is_woken());
  }
  EXPECT_EQ(polls, 6);
}

TEST(FuturesUnordered, members_that_yield_for_ever_let_the_task_have_another_turn_and_the_others_theirs) {
  FuturesUnordered<hd::Task<int>> set;
  for (int i = 0; i < 3; ++i) {
    set.push([]() -> hd::Task<int> {
      for (;;) co_await hd::test::YieldTimes(1);
    }());
  }
  set.push([]() -> hd::Task<int> {
    co_await hd::test::YieldTimes(1);
    co_return 7;
  }());
  MockTask task;
  for (int polls = 1;; ++polls) {
    const auto answer = poll_next(task, set);
    if (answer) {
      EXPECT_EQ(answer, 7);
      break;
    }
    EXPECT_TRUE(task.is_woken());
    ASSERT_LE(polls, 4);
  }
}

TEST(FuturesUnordered, members_that_wake_each_other_for_ever_let_the_task_have_another_turn) {
  Set set;
  MockTask task;
  std::vector<Control> controls(2);
  for (std::size_t i = 0; i < 2; ++i) {
    controls[i].when_polled = [&, i] { controls[1 - i].waker.wake_by_ref(); };
    set.push(Controlled(controls[i]));
  }
  for (int turn = 0; turn < 3; ++turn) EXPECT_EQ(poll_next(task, set), std::nullopt);
  EXPECT_LE(controls[0].polls + controls[1].polls, 6);
  EXPECT_TRUE(task.is_woken());
}

TEST(FuturesUnordered, a_set_whose_members_all_wait_is_not_polled_again) {
  Set set;
  MockTask task;
  Control control;
  set.push(Controlled(control));
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  EXPECT_FALSE(task.is_woken());
}

TEST(FuturesUnordered, results_spend_the_budget_of_the_task) {
  FuturesUnordered<hd::future::ReadyFuture<int>> set;
  for (int i = 0; i < 10; ++i) set.push(hd::ready(i));
  MockTask task;
  int got = 0;
  auto all = [&]() -> hd::Async<> {
    while (auto next = co_await set.next()) got += 1 + 0 * *next;
  };
  auto future = all();
  EXPECT_TRUE(task.poll(future, 4).is_pending());
  EXPECT_EQ(got, 4);
  EXPECT_TRUE(task.is_woken());
  EXPECT_TRUE(task.poll(future).is_ready());
  EXPECT_EQ(got, 10);
}

/// Gives the budget that it was polled with, and spends a unit.
class Spends {
 public:
  using Output = std::uint32_t;
  Spends() noexcept {}
  static hd::Poll<std::uint32_t> poll(hd::Context& cx) {
    const std::uint32_t budget = cx.budget();
    cx.made_progress();
    return hd::Ready(budget);
  }
};

TEST(FuturesUnordered, members_share_the_budget_of_the_task) {
  FuturesUnordered<Spends> set;
  for (int i = 0; i < 3; ++i) set.push(Spends());
  const hd::Waker nobody;
  hd::Context cx(nobody, 3);
  for (std::uint32_t left : {3U, 2U, 1U}) EXPECT_EQ(set.poll_next(cx).take(), left);
  EXPECT_EQ(cx.budget(), 0U);
}

TEST(FuturesUnordered, no_member_is_polled_when_the_budget_is_spent) {
  Set set;
  Control control;
  set.push(Controlled(control));
  MockTask task;
  auto next = set.next();
  EXPECT_TRUE(task.poll(next, 0).is_pending());
  EXPECT_EQ(control.polls, 0);
  EXPECT_TRUE(task.is_woken());
}

/// Yields for ever; counts its polls.
class Yields {
 public:
  using Output = void;
  explicit Yields(int& polls) noexcept : polls_(&polls) {}
  hd::Poll<void> poll(hd::Context& cx) {
    ++*polls_;
    cx.yield();
    return hd::Pending;
  }

 private:
  int* polls_;
};

TEST(FuturesUnordered, a_poll_of_the_set_ends_when_two_members_have_yielded) {
  int polls = 0;
  FuturesUnordered<Yields> set;
  for (int i = 0; i < 10; ++i) set.push(Yields(polls));
  MockTask task;
  auto next = set.next();
  EXPECT_TRUE(task.poll(next).is_pending());
  EXPECT_EQ(polls, 2);
  EXPECT_TRUE(task.is_woken());
}

TEST(FuturesUnordered, what_a_member_throws_comes_out_and_the_others_stay) {
  Set set;
  MockTask task;
  Control bad, good;
  bad.fails = true;
  set.push(Controlled(bad));
  set.push(Controlled(good));
  EXPECT_THROW(static_cast<void>(poll_next(task, set)), std::runtime_error);
  EXPECT_EQ(set.len(), 1U);
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  good.finish(4);
  EXPECT_EQ(poll_next(task, set), 4);
  EXPECT_EQ(bad.polls, 1);
}

TEST(FuturesUnordered, a_waker_may_outlive_its_member_and_the_set) {
  MockTask task;
  Control control;
  hd::Waker late;
  {
    Set set;
    set.push(Controlled(control));
    EXPECT_EQ(poll_next(task, set), std::nullopt);
    late = control.waker.clone();
    control.finish(1);
    EXPECT_EQ(poll_next(task, set), 1);
    static_cast<void>(task.take_wakes());
    late.wake_by_ref();
    EXPECT_FALSE(task.is_woken());
    EXPECT_EQ(poll_next(task, set), -1);
  }
  late.wake_by_ref();  // after the set
  std::move(late).wake();
  std::move(control.waker).wake();
  EXPECT_FALSE(task.is_woken());
}

TEST(FuturesUnordered, the_waker_of_a_member_that_has_ended_wakes_nobody) {
  Set set;
  MockTask task;
  Control ended, waits;
  set.push(Controlled(ended));
  set.push(Controlled(waits));
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  ended.finish(1);
  EXPECT_EQ(poll_next(task, set), 1);
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  static_cast<void>(task.take_wakes());
  ended.waker.wake_by_ref();
  EXPECT_FALSE(task.is_woken());
}

/// Waits for ever, and leaves its waker to the test.
class KeepsWaker {
 public:
  using Output = void;
  KeepsWaker(hd::Waker& waker, std::atomic<int>& drops) noexcept : waker_(&waker), counted_(drops) {}
  hd::Poll<void> poll(hd::Context& cx) {
    *waker_ = cx.waker().clone();
    return hd::Pending;
  }

 private:
  hd::Waker* waker_;
  DropCounter counted_;
};

TEST(FuturesUnordered, a_member_that_is_queued_when_the_set_goes_is_destroyed_once) {
  std::atomic<int> drops = 0;
  hd::Waker late;
  {
    FuturesUnordered<KeepsWaker> set;
    set.push(KeepsWaker(late, drops));
    MockTask task;
    auto next = set.next();
    EXPECT_TRUE(task.poll(next).is_pending());
    late.wake_by_ref();
    EXPECT_EQ(drops, 0);
  }
  EXPECT_EQ(drops, 1);
}

TEST(FuturesUnordered, clear_destroys_all_members_the_oldest_first_and_the_set_goes_on) {
  std::vector<int> order;
  struct Noted {
    using Output = int;
    std::vector<int>* order;
    int id;
    Noted(std::vector<int>& o, int i) : order(&o), id(i) {}
    Noted(Noted&& other) noexcept : order(std::exchange(other.order, nullptr)), id(other.id) {}
    ~Noted() {
      if (order != nullptr) order->push_back(id);
    }
    static hd::Poll<int> poll(hd::Context&) { return hd::Ready(1); }
  };
  FuturesUnordered<Noted> set;
  for (int i = 0; i < 3; ++i) set.push(Noted(order, i));
  set.clear();
  EXPECT_EQ(order, (std::vector{0, 1, 2}));
  EXPECT_TRUE(set.is_empty());
  MockTask task;
  EXPECT_EQ(poll_next(task, set), -1);
  set.push(Noted(order, 3));
  EXPECT_EQ(poll_next(task, set), 1);
}

/// Pushes another one of its kind when it is destroyed, until `depth` is 0.
class PushesOnDrop {
 public:
  using Output = void;
  static inline int drops = 0;

  explicit PushesOnDrop(int depth) noexcept : depth_(depth) {}
  PushesOnDrop(PushesOnDrop&& other) noexcept : depth_(std::exchange(other.depth_, -1)) {}
  ~PushesOnDrop();
  static hd::Poll<void> poll(hd::Context&) { return hd::Pending; }

 private:
  int depth_;
};

std::optional<FuturesUnordered<PushesOnDrop>> pushed_on_drop;

PushesOnDrop::~PushesOnDrop() {
  if (depth_ < 0) return;
  ++drops;
  if (depth_ > 0) pushed_on_drop->push(PushesOnDrop(depth_ - 1));
}

TEST(FuturesUnordered, what_is_pushed_by_a_destructor_while_it_is_cleared_is_destroyed_too) {
  pushed_on_drop.emplace();
  pushed_on_drop->push(PushesOnDrop(3));
  pushed_on_drop->clear();
  EXPECT_TRUE(pushed_on_drop->is_empty());
  EXPECT_EQ(PushesOnDrop::drops, 4);
  pushed_on_drop.reset();
}

/// Clears the set when it is destroyed.
class ClearsOnDrop {
 public:
  using Output = void;
  explicit ClearsOnDrop(bool mine) noexcept : mine_(mine) {}
  ClearsOnDrop(ClearsOnDrop&& other) noexcept : mine_(std::exchange(other.mine_, false)) {}
  ~ClearsOnDrop();
  static hd::Poll<void> poll(hd::Context&) { return hd::Pending; }

 private:
  bool mine_;
};

std::optional<FuturesUnordered<ClearsOnDrop>> cleared_on_drop;
int clears = 0;

ClearsOnDrop::~ClearsOnDrop() {
  if (!mine_) return;
  ++clears;
  cleared_on_drop->clear();
}

TEST(FuturesUnordered, a_destructor_of_a_member_may_clear_the_set) {
  cleared_on_drop.emplace();
  for (int i = 0; i < 3; ++i) cleared_on_drop->push(ClearsOnDrop(true));
  cleared_on_drop->clear();
  EXPECT_TRUE(cleared_on_drop->is_empty());
  EXPECT_EQ(clears, 3);
  cleared_on_drop.reset();
}

TEST(FuturesUnordered, it_may_be_moved_with_its_members) {
  Set set;
  MockTask task;
  Control first, second;
  set.push(Controlled(first));
  set.push(Controlled(second));
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  first.finish(1);
  Set moved = std::move(set);
  EXPECT_EQ(set.len(), 0U);  // NOLINT(bugprone-use-after-move): an empty set
  EXPECT_EQ(moved.len(), 2U);
  EXPECT_EQ(poll_next(task, moved), 1);
  second.finish(2);
  EXPECT_EQ(poll_next(task, moved), 2);
  Control third;
  third.value = 3;
  set.push(Controlled(third));
  EXPECT_EQ(poll_next(task, set), 3);
}

TEST(FuturesUnordered, members_may_give_nothing_references_and_what_only_moves) {
  MockTask task;
  FuturesUnordered<hd::future::ReadyFuture<void>> nothing;
  nothing.push(hd::ready());
  auto unit = nothing.next();
  EXPECT_TRUE(task.poll(unit).take().has_value());

  static int number = 5;
  FuturesUnordered<hd::Task<int&>> references;
  references.push([]() -> hd::Task<int&> { co_return number; }());
  auto reference = references.next();
  EXPECT_EQ(*task.poll(reference).take(), &number);

  FuturesUnordered<hd::Task<std::unique_ptr<int>>> pointers;
  pointers.push([]() -> hd::Task<std::unique_ptr<int>> { co_return std::make_unique<int>(6); }());
  auto pointer = pointers.next();
  auto got = task.poll(pointer).take();
  EXPECT_EQ(**got, 6);
}

hd::Async<int> yields_and_adds(const int& a, int b) {
  co_await hd::test::YieldTimes(1);
  co_return a + b;
}

TEST(FuturesUnordered, members_that_cannot_be_moved_are_made_in_place_and_may_borrow) {
  const int borrowed = 40;
  FuturesUnordered<hd::Async<int>> set;
  for (int i : {1, 2}) set.push_with([&] { return yields_and_adds(borrowed, i); });
  EXPECT_EQ(*hd::block_on(set.next()) + *hd::block_on(set.next()), 83);
  EXPECT_THROW(set.push_with([]() -> hd::Async<int> { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_TRUE(set.is_empty());
}

TEST(FuturesUnordered, a_million_members_are_dropped_in_constant_stack) {
  hd::test::on_small_stack([] {
    FuturesUnordered<hd::future::PendingFuture<void>> set;
    for (int i = 0; i < 1'000'000; ++i) set.push(hd::pending());
    MockTask task;
    auto next = set.next();
    EXPECT_TRUE(task.poll(next).is_pending());
    EXPECT_EQ(set.len(), 1'000'000U);
  });
}

TEST(FuturesUnordered, dropped_at_any_suspension_it_drops_every_member_once) {
  std::atomic<int> drops = 0;
  const auto member = [](DropCounter, int yields) -> hd::Task<int> {
    co_await hd::test::YieldTimes(yields);
    co_return yields;
  };
  const auto sum = [](FuturesUnordered<hd::Task<int>> set) -> hd::Task<int> {
    int total = 0;
    while (auto next = co_await set.next()) total += *next;
    co_return total;
  };
  const int places = hd::test::drop_at_each_suspension(
      [&] {
        drops = 0;
        FuturesUnordered<hd::Task<int>> set;
        for (int yields : {0, 1, 2, 3}) set.push(member(DropCounter(drops), yields));
        return sum(std::move(set));
      },
      [&](int) { EXPECT_EQ(drops, 4); });
  EXPECT_GT(places, 2);
}

// FuturesOrdered

using Ordered = hd::FuturesOrdered<Controlled>;

TEST(FuturesOrdered, results_come_in_the_order_of_the_members) {
  Ordered set;
  MockTask task;
  std::vector<Control> controls(4);
  for (Control& control : controls) set.push_back(Controlled(control));
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  for (std::size_t i : {3U, 1U, 2U}) controls[i].finish(static_cast<int>(i));
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  EXPECT_EQ(set.len(), 4U);
  controls[0].finish(0);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(poll_next(task, set), i);
  EXPECT_EQ(poll_next(task, set), -1);
  EXPECT_TRUE(set.is_empty());
}

TEST(FuturesOrdered, who_is_pushed_to_the_front_is_first) {
  Ordered set;
  MockTask task;
  std::vector<Control> controls(3);
  for (int i = 0; i < 3; ++i) controls[static_cast<std::size_t>(i)].value = i;
  set.push_back(Controlled(controls[1]));
  set.push_front(Controlled(controls[0]));
  set.push_back(Controlled(controls[2]));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(poll_next(task, set), i);
  set.push_front(Controlled(controls[2]));
  EXPECT_EQ(poll_next(task, set), 2);
}

TEST(FuturesOrdered, a_result_that_waits_for_its_turn_is_passed_by_one_that_is_pushed_to_the_front) {
  Ordered set;
  MockTask task;
  Control first, second, front;
  set.push_back(Controlled(first));
  set.push_back(Controlled(second));
  second.value = 2;
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  front.value = 0;
  set.push_front(Controlled(front));
  EXPECT_EQ(poll_next(task, set), 0);
  first.finish(1);
  EXPECT_EQ(poll_next(task, set), 1);
  EXPECT_EQ(poll_next(task, set), 2);
}

TEST(FuturesOrdered, what_a_member_throws_comes_out_in_its_turn_and_the_others_stay) {
  Ordered set;
  MockTask task;
  Control first, bad, last;
  for (Control* control : {&first, &bad, &last}) set.push_back(Controlled(*control));
  bad.fails = true;
  last.value = 3;
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  EXPECT_EQ(set.len(), 3U);
  first.finish(1);
  EXPECT_EQ(poll_next(task, set), 1);
  EXPECT_THROW(static_cast<void>(poll_next(task, set)), std::runtime_error);
  EXPECT_EQ(poll_next(task, set), 3);
}

TEST(FuturesOrdered, clear_drops_members_and_results_that_wait) {
  Ordered set;
  MockTask task;
  Control first, second, third;
  set.push_back(Controlled(first));
  set.push_back(Controlled(second));
  second.value = 2;
  EXPECT_EQ(poll_next(task, set), std::nullopt);
  set.clear();
  EXPECT_TRUE(set.is_empty());
  EXPECT_EQ(poll_next(task, set), -1);
  third.value = 3;
  set.push_back(Controlled(third));
  EXPECT_EQ(poll_next(task, set), 3);
}

TEST(FuturesOrdered, a_next_that_is_dropped_loses_nothing) {
  Ordered set;
  std::vector<Control> controls(2);
  for (Control& control : controls) set.push_back(Controlled(control));
  controls[1].value = 1;
  for (int i = 0; i < 2; ++i) {
    MockTask task;
    auto next = set.next();
    EXPECT_TRUE(task.poll(next).is_pending());
  }
  controls[0].value = 0;
  controls[0].waker.wake_by_ref();
  MockTask task;
  EXPECT_EQ(poll_next(task, set), 0);
  EXPECT_EQ(poll_next(task, set), 1);
}

}  // namespace
}  // namespace heddle_test
