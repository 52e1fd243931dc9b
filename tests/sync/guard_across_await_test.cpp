// SPDX-License-Identifier: MIT
// What happens to a coroutine that would suspend with a blocking guard held.
#include <heddle/base/held_guards.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/ok.hpp>
#include <heddle/future/task.hpp>
#include <heddle/sync/mutex.hpp>
#include <heddle/sync/ref_cell.hpp>
#include <heddle/sync/rw_lock.hpp>

#include <gtest/gtest.h>

#include <expected>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace {

namespace hd = heddle;
using hd::GuardHeldAcrossAwait;
using hd::Mutex;

// Pending as often as asked, then ready.
class PendingTimes {
 public:
  using Output = int;
  explicit PendingTimes(int times) noexcept : times_(times) {}
  hd::Poll<int> poll(hd::Context& cx) {
    if (times_-- == 0) return hd::Ready(1);
    cx.waker().wake_by_ref();
    return hd::Pending;
  }

 private:
  int times_;
};

class PendingResult {
 public:
  using Output = std::expected<int, int>;
  hd::Poll<Output> poll(hd::Context& cx) {
    if (polled_) return hd::Ready(Output(1));
    polled_ = true;
    cx.waker().wake_by_ref();
    return hd::Pending;
  }

 private:
  bool polled_ = false;
};

template <class F>
std::string refusal(F&& future) {
  try {
    static_cast<void>(hd::block_on(std::forward<F>(future)));
  } catch (const GuardHeldAcrossAwait& error) {
    return error.what();
  }
  return "not refused";
}

bool names_line(const std::string& what, unsigned line) {
  return what.find("guard_across_await_test.cpp:" + std::to_string(line)) != std::string::npos;
}

Mutex<int>& mutex() {
  static Mutex<int> instance(0);
  return instance;
}

class GuardAcrossAwait : public ::testing::Test {
 protected:
  void TearDown() override {
    mutex().clear_poison();
    EXPECT_EQ(hd::base::held_guards.height(), 0U);
  }
};

constexpr unsigned kLockLine = __LINE__ + 2;
hd::Async<int> holds_a_mutex_guard() {
  auto guard = mutex().lock().value();
  co_return co_await PendingTimes(1);
}

TEST_F(GuardAcrossAwait, throws_and_names_both_lines) {
  const std::string what = refusal(holds_a_mutex_guard());
  EXPECT_TRUE(names_line(what, kLockLine)) << what;
  EXPECT_TRUE(names_line(what, kLockLine + 1)) << what;
}

TEST_F(GuardAcrossAwait, leaves_the_lock_unlocked_and_poisoned) {
  refusal(holds_a_mutex_guard());
  EXPECT_TRUE(mutex().try_lock().error().is_poisoned());
}

constexpr unsigned kNamedLine = __LINE__ + 4;
hd::Async<int> awaits_by_name() {
  auto guard = mutex().lock().value();
  PendingTimes leaf(1);
  co_return co_await leaf;
}

TEST_F(GuardAcrossAwait, is_seen_where_a_future_is_awaited_by_name) {
  EXPECT_TRUE(names_line(refusal(awaits_by_name()), kNamedLine));
}

constexpr unsigned kOkLine = __LINE__ + 3;
hd::Async<std::expected<int, int>> awaits_ok() {
  auto guard = mutex().lock().value();
  const int value = co_await hd::ok(PendingResult());
  co_return value;
}

TEST_F(GuardAcrossAwait, is_seen_through_ok) { EXPECT_TRUE(names_line(refusal(awaits_ok()), kOkLine)); }

constexpr unsigned kChildLine = __LINE__ + 1;
hd::Async<int> pends() { co_return co_await PendingTimes(1); }

hd::Async<int> holds_around_a_child() {
  auto guard = mutex().lock().value();
  co_return co_await pends();
}

TEST_F(GuardAcrossAwait, of_a_parent_is_seen_where_its_child_waits) {
  EXPECT_TRUE(names_line(refusal(holds_around_a_child()), kChildLine));
}

hd::Async<int> holds_read() {
  const hd::RwLock<int> lock(0);
  auto guard = lock.read();
  co_return co_await PendingTimes(1);
}
hd::Async<int> holds_write() {
  const hd::RwLock<int> lock(0);
  auto guard = lock.write();
  co_return co_await PendingTimes(1);
}
hd::Async<int> holds_borrow() {
  const hd::RefCell<int> cell(0);
  auto borrow = cell.borrow();
  co_return co_await PendingTimes(1);
}
hd::Async<int> holds_borrow_mut() {
  const hd::RefCell<int> cell(0);
  auto borrow = cell.borrow_mut();
  co_return co_await PendingTimes(1);
}
hd::Async<int> holds_mapped() {
  auto guard = hd::MutexGuard<int>::map(mutex().lock().value(), [](int& value) -> int& { return value; });
  co_return co_await PendingTimes(1);
}

TEST_F(GuardAcrossAwait, is_seen_for_each_kind_of_guard) {
  EXPECT_NE(refusal(holds_read()), "not refused");
  EXPECT_NE(refusal(holds_write()), "not refused");
  EXPECT_NE(refusal(holds_borrow()), "not refused");
  EXPECT_NE(refusal(holds_borrow_mut()), "not refused");
  EXPECT_NE(refusal(holds_mapped()), "not refused");
}

hd::Async<int> releases_first() {
  { auto guard = mutex().lock().value(); }
  co_return co_await PendingTimes(1);
}
hd::Async<int> awaits_what_is_ready() {
  auto guard = mutex().lock().value();
  co_return co_await PendingTimes(0);
}

TEST_F(GuardAcrossAwait, a_guard_that_is_gone_is_no_matter) { EXPECT_EQ(hd::block_on(releases_first()), 1); }

TEST_F(GuardAcrossAwait, an_await_that_needs_no_waiting_is_no_matter) {
  EXPECT_EQ(hd::block_on(awaits_what_is_ready()), 1);
}

TEST_F(GuardAcrossAwait, a_guard_held_by_who_calls_block_on_is_no_matter) {
  const Mutex<int> outer(0);
  const auto guard = outer.lock();
  EXPECT_EQ(hd::block_on(releases_first()), 1);
}

hd::Async<int> catches() {
  try {
    auto guard = mutex().lock().value();
    co_await PendingTimes(1);
  } catch (const GuardHeldAcrossAwait&) {
  }
  mutex().clear_poison();
  co_return co_await PendingTimes(1);
}

TEST_F(GuardAcrossAwait, a_coroutine_that_catches_the_refusal_goes_on) { EXPECT_EQ(hd::block_on(catches()), 1); }

hd::Async<std::expected<int, int>> leaves_early() {
  auto guard = mutex().lock().value();
  std::expected<int, int> failed = std::unexpected(3);
  co_await hd::ok(failed);
  co_return 1;
}

TEST_F(GuardAcrossAwait, a_frame_that_is_destroyed_with_a_guard_in_it_does_not_poison) {
  EXPECT_EQ(hd::block_on(leaves_early()).error(), 3);
  EXPECT_TRUE(mutex().lock().has_value());
}

hd::Task<int> locks_between_polls(int rounds) {
  int sum = 0;
  for (int i = 0; i < rounds; ++i) {
    sum += ++*mutex().lock().value();
    co_await PendingTimes(1);
    const auto guard = mutex().lock();
    --sum;
  }
  co_return sum;
}

// Polls a coroutine on a new thread each time.
template <class F>
class OnOtherThreads {
 public:
  using Output = int;
  explicit OnOtherThreads(F& future) noexcept : future_(future) {}
  hd::Poll<int> poll(hd::Context& cx) {
    std::optional<hd::Poll<int>> answer;
    std::jthread([&] {
      answer.emplace(future_.poll(cx));
      EXPECT_EQ(hd::base::held_guards.height(), 0U);
    }).join();
    return std::move(*answer);
  }

 private:
  F& future_;
};

TEST_F(GuardAcrossAwait, a_coroutine_that_wanders_between_threads_counts_its_guards_on_each) {
  *mutex().lock().value() = 0;
  auto task = locks_between_polls(50);
  EXPECT_EQ(hd::block_on(OnOtherThreads(task)), 50 * 51 / 2 - 50);
}

}  // namespace
