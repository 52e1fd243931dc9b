// SPDX-License-Identifier: MIT
// DelayQueue: order, keys, and who is woken. After tokio-util's tests of that name.
#include "support/drop_counter.hpp"
#include "support/paused.hpp"
#include "support/stream.hpp"

#include <heddle/future/select.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/time/delay_queue.hpp>
#include <heddle/time/pause.hpp>
#include <heddle/time/sleep.hpp>
#include <heddle/time/timeout.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace time = heddle::time;
using namespace std::chrono_literals;
using time::DelayQueue;
using time::Instant;

static_assert(hd::Stream<DelayQueue<int>>);

/// A queue of words, polled step by step.
class Words {
 public:
  DelayQueue<std::string>* operator->() { return &*polled_; }

  [[nodiscard]] bool pending() { return polled_.pending(); }
  [[nodiscard]] bool is_woken() { return polled_.is_woken(); }
  /// The word that is due, or "" when the queue is empty.
  std::string due() {
    auto answer = polled_.poll();
    if (answer.is_pending()) return "(pending)";
    return answer->has_value() ? (*std::move(*answer)).into_inner() : "";
  }
  time::Key insert(const char* word, std::chrono::nanoseconds after) { return (*polled_).insert(word, after); }

 private:
  PolledStream<DelayQueue<std::string>> polled_{DelayQueue<std::string>()};
};

TEST(TimeDelayQueue, what_is_due_at_once_or_long_ago_comes_out_at_once) {
  run_paused([]() -> hd::Task<> {
    co_await time::advance(1h);
    Words words;
    words.insert("now", 0s);
    words->insert_at("past", Instant::now() - 30min);
    words->insert_at("beginning", Instant(0));
    std::set<std::string> due;
    for (int i = 0; i < 3; ++i) due.insert(words.due());
    EXPECT_EQ(due, (std::set<std::string>{"now", "past", "beginning"}));
    EXPECT_EQ(words.due(), "");
  }());
}

TEST(TimeDelayQueue, values_come_out_at_their_time_in_its_order_and_equal_ones_as_they_went_in) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    DelayQueue<int> queue;
    for (const int ms : {1000, 2, 234, 299'008, 60, 10, 234, 100'000'000}) queue.insert(ms, std::chrono::milliseconds(ms));
    std::vector<int> order;
    while (auto expired = co_await hd::next(queue)) {
      EXPECT_EQ(start.elapsed(), std::chrono::milliseconds(**expired));
      EXPECT_EQ(expired->deadline(), start + std::chrono::milliseconds(**expired));
      order.push_back(**expired);
    }
    EXPECT_EQ(order, (std::vector{2, 10, 60, 234, 234, 1000, 299'008, 100'000'000}));
  }());
}

TEST(TimeDelayQueue, the_waiting_task_is_woken_when_the_first_is_due_and_not_before) {
  run_paused([]() -> hd::Task<> {
    Words words;
    words.insert("word", 5ms);
    EXPECT_TRUE(words.pending());
    co_await time::advance(4ms);
    EXPECT_FALSE(words.is_woken());
    co_await time::advance(1ms);
    EXPECT_TRUE(words.is_woken());
    EXPECT_EQ(words.due(), "word");
    EXPECT_EQ(words.due(), "");
  }());
}

TEST(TimeDelayQueue, an_earlier_insertion_wakes_the_waiting_task_and_a_later_one_does_not) {
  run_paused([]() -> hd::Task<> {
    Words words;
    words.insert("first", 200ms);
    EXPECT_TRUE(words.pending());
    words.insert("later", 1h);
    EXPECT_FALSE(words.is_woken());
    words.insert("earlier", 100ms);
    EXPECT_TRUE(words.is_woken());
    EXPECT_TRUE(words.pending());
    co_await time::advance(100ms);
    EXPECT_TRUE(words.is_woken());
    EXPECT_EQ(words.due(), "earlier");
    EXPECT_TRUE(words.pending());
    words->insert_at("past", Instant::now() - 1ms);
    EXPECT_TRUE(words.is_woken());
    EXPECT_EQ(words.due(), "past");
  }());
}

TEST(TimeDelayQueue, a_reset_moves_an_entry_to_an_earlier_or_later_time) {
  run_paused([]() -> hd::Task<> {
    Words words;
    const auto one = words.insert("one", 200ms);
    const auto two = words.insert("two", 250ms);
    EXPECT_TRUE(words.pending());
    words->reset(one, 300ms);
    words->reset(two, 350ms);
    words->reset(one, 400ms);
    EXPECT_EQ(words->deadline(one) - Instant::now(), 400ms);
    co_await time::advance(349ms);
    EXPECT_EQ(words.due(), "(pending)");
    co_await time::advance(1ms);
    EXPECT_EQ(words.due(), "two");
    EXPECT_TRUE(words.pending());
    words->reset(one, 10ms);
    EXPECT_TRUE(words.is_woken());
    EXPECT_TRUE(words.pending());
    co_await time::advance(10ms);
    EXPECT_EQ(words.due(), "one");
    EXPECT_EQ(words.due(), "");
  }());
}

TEST(TimeDelayQueue, a_reset_to_the_past_wakes_the_waiting_task) {
  run_paused([]() -> hd::Task<> {
    co_await time::advance(1s);
    Words words;
    const auto key = words.insert("word", 10s);
    EXPECT_TRUE(words.pending());
    words->reset_at(key, Instant::now() - 100ms);
    EXPECT_TRUE(words.is_woken());
    EXPECT_EQ(words.due(), "word");
  }());
}

TEST(TimeDelayQueue, an_entry_that_was_due_may_be_reset_to_the_future) {
  run_paused([]() -> hd::Task<> {
    co_await time::advance(1s);
    Words words;
    const auto key = words->insert_at("word", Instant::now() - 100ms);
    words->reset(key, 100ms);
    words->reset(key, 50ms);
    EXPECT_EQ(words->len(), 1U);
    EXPECT_TRUE(words.pending());
    co_await time::advance(50ms);
    EXPECT_TRUE(words.is_woken());
    EXPECT_EQ(words.due(), "word");
  }());
}

TEST(TimeDelayQueue, a_removed_entry_never_comes_out) {
  run_paused([]() -> hd::Task<> {
    Words words;
    const auto key = words.insert("removed", 5ms);
    words.insert("kept", 5ms);
    EXPECT_TRUE(words.pending());
    auto removed = words->remove(key);
    EXPECT_EQ(removed.key(), key);
    EXPECT_EQ(std::move(removed).into_inner(), "removed");
    co_await time::advance(10ms);
    EXPECT_EQ(words.due(), "kept");
    EXPECT_EQ(words.due(), "");
  }());
}

TEST(TimeDelayQueue, an_entry_that_is_due_may_still_be_removed) {
  run_paused([]() -> hd::Task<> {
    Words words;
    words.insert("foo", 64ms);
    const auto bar = words.insert("bar", 64ms);
    co_await time::advance(80ms);
    EXPECT_EQ(words.due(), "foo");
    auto removed = words->try_remove(bar);
    EXPECT_TRUE(removed.has_value());
    EXPECT_EQ(words.due(), "");
  }());
}

TEST(TimeDelayQueue, the_key_of_an_entry_that_is_gone_is_refused_also_once_its_place_is_taken) {
  run_paused([]() -> hd::Task<> {
    Words words;
    const auto removed = words.insert("removed", 5ms);
    static_cast<void>(words->remove(removed));
    const auto expired = words.insert("expired", 0s);
    EXPECT_FALSE(removed == expired);
    EXPECT_EQ(words.due(), "expired");
    words.insert("other", 1h);
    for (const auto key : {removed, expired}) {
      EXPECT_THROW(static_cast<void>(words->remove(key)), std::out_of_range);
      EXPECT_THROW(words->reset(key, 1s), std::out_of_range);
      EXPECT_THROW(static_cast<void>(words->deadline(key)), std::out_of_range);
      EXPECT_FALSE(words->try_remove(key).has_value());
    }
    words->clear();
    words->compact();
    EXPECT_THROW(static_cast<void>(words->remove(expired)), std::out_of_range);
    words.insert("again", 1h);
    EXPECT_THROW(static_cast<void>(words->remove(removed)), std::out_of_range);
    co_return;
  }());
}

TEST(TimeDelayQueue, when_the_last_entry_goes_the_waiting_task_learns_that_it_is_empty) {
  run_paused([]() -> hd::Task<> {
    Words words;
    const auto key = words.insert("word", 1s);
    EXPECT_TRUE(words.pending());
    static_cast<void>(words->remove(key));
    EXPECT_TRUE(words.is_woken());
    EXPECT_EQ(words.due(), "");
    words.insert("word", 1s);
    EXPECT_TRUE(words.pending());
    words->clear();
    EXPECT_TRUE(words.is_woken());
    EXPECT_EQ(words.due(), "");
    co_return;
  }());
}

TEST(TimeDelayQueue, an_emptied_queue_leaves_no_timer_behind) {
  run_paused([]() -> hd::Task<> {
    Words words;
    const auto key = words.insert("word", 1h);
    EXPECT_TRUE(words.pending());
    static_cast<void>(words->remove(key));
    EXPECT_TRUE(words.is_woken());
    EXPECT_EQ(words.due(), "");
    co_await time::advance(2h);
    EXPECT_FALSE(words.is_woken());
  }());
}

TEST(TimeDelayQueue, peek_names_the_entry_that_comes_out_next) {
  run_paused([]() -> hd::Task<> {
    Words words;
    EXPECT_FALSE(words->peek().has_value());
    const auto late = words.insert("late", 100s);
    EXPECT_EQ(words->peek(), late);
    words.insert("latest", 110s);
    const auto first = words.insert("first", 90s);
    EXPECT_EQ(words->peek(), first);
    co_await time::advance(95s);
    EXPECT_EQ(words->peek(), first);
    EXPECT_EQ(words.due(), "first");
    EXPECT_EQ(words->peek(), late);
  }());
}

TEST(TimeDelayQueue, it_can_be_given_room_and_gives_back_what_it_does_not_need) {
  run_paused([]() -> hd::Task<> {
    Words words;
    EXPECT_EQ(words->capacity(), 0U);
    words->reserve(100);
    EXPECT_GE(words->capacity(), 100U);
    const auto first = words.insert("first", 1s);
    const auto second = words.insert("second", 2s);
    const auto third = words.insert("third", 3s);
    static_cast<void>(words->remove(third));
    words->compact();
    EXPECT_EQ(words->capacity(), 2U);
    static_cast<void>(words->remove(first));
    words->compact();
    EXPECT_EQ(words->deadline(second) - Instant::now(), 2s);
    const auto again = words.insert("again", 1s);
    EXPECT_EQ(words->capacity(), 2U);
    EXPECT_EQ(words->peek(), again);
    words->clear();
    words->compact();
    EXPECT_EQ(words->capacity(), 0U);
    EXPECT_TRUE(words->is_empty());
    co_return;
  }());
}

TEST(TimeDelayQueue, a_dropped_next_loses_nothing) {
  run_paused([]() -> hd::Task<> {
    DelayQueue<int> queue;
    for (int i = 1; i <= 3; ++i) queue.insert(i, 10ms * i);
    int sum = 0;
    int tries = 0;
    while (!queue.is_empty()) {
      ++tries;
      auto expired = co_await time::timeout(3ms, hd::next(queue));
      if (expired.has_value()) sum += ***expired;
    }
    EXPECT_EQ(sum, 6);
    EXPECT_GT(tries, 9);
  }());
}

TEST(TimeDelayQueue, goes_on_after_decades_and_takes_deadlines_without_end) {
  run_paused([]() -> hd::Task<> {
    DelayQueue<int> queue;
    for (int round = 0; round < 3; ++round) {
      co_await time::advance(std::chrono::milliseconds(1LL << 38));  // nine years
      queue.insert(round, 1ms);
      const Instant start = Instant::now();
      auto expired = co_await hd::next(queue);
      EXPECT_EQ(**expired, round);
      EXPECT_EQ(start.elapsed(), 1ms);
    }
    queue.insert(7, std::chrono::hours::max());
    queue.insert(6, std::chrono::hours(24 * 365 * 200));
    auto before = co_await time::timeout(std::chrono::hours(24 * 365 * 199), hd::next(queue));
    EXPECT_FALSE(before.has_value());
    auto expired = co_await hd::next(queue);
    EXPECT_EQ(**expired, 6);
    EXPECT_EQ(queue.len(), 1U);
  }());
}

/// A value that throws when it is moved for the n-th time.
struct Explosive {
  explicit Explosive(int moves) noexcept : left(moves) {}
  Explosive(Explosive&& other) : left(other.left - 1) {
    if (left < 0) throw std::runtime_error("moved");
  }
  int left;
};

TEST(TimeDelayQueue, a_value_whose_move_throws_leaves_the_queue_as_it_was_and_is_not_moved_within) {
  run_paused([]() -> hd::Task<> {
    DelayQueue<Explosive> queue;
    EXPECT_THROW(queue.insert(Explosive(2), 1s), std::runtime_error);
    EXPECT_TRUE(queue.is_empty());
    queue.insert(Explosive(3), 1s);
    queue.insert(Explosive(3), 2s);
    auto moved = std::move(queue);
    auto expired = co_await hd::next(moved);
    EXPECT_EQ((*expired)->left, 0);
    EXPECT_EQ(moved.len(), 1U);
  }());
}

TEST(TimeDelayQueue, destroys_what_is_in_it) {
  std::atomic<int> drops = 0;
  {
    DelayQueue<DropCounter> queue;
    for (int i = 0; i < 5; ++i) queue.insert(DropCounter(drops), 1s * i);
    queue = DelayQueue<DropCounter>();
    EXPECT_EQ(drops, 5);
    queue.insert(DropCounter(drops), 1h);
    auto moved = std::move(queue);
    EXPECT_EQ(drops, 5);
  }
  EXPECT_EQ(drops, 6);
}

TEST(TimeDelayQueue, ten_thousand_entries_inserted_reset_and_removed_come_out_as_a_sorted_map_says) {
  run_paused([]() -> hd::Task<> {
    DelayQueue<int> queue;
    const Instant start = Instant::now();
    const auto at = [&](int i, int salt) { return start + std::chrono::milliseconds((i * 7919LL + salt) % 500'009); };
    std::multimap<Instant, int> order;
    std::vector<time::Key> keys;
    for (int i = 0; i < 10'000; ++i) keys.push_back(queue.insert_at(i, at(i, 0)));
    for (int i = 0; i < 10'000; i += 3) queue.reset_at(keys.at(static_cast<std::size_t>(i)), at(i, 250'000));
    for (int i = 0; i < 10'000; i += 7) static_cast<void>(queue.remove(keys.at(static_cast<std::size_t>(i))));
    for (int i = 0; i < 10'000; ++i) {
      if (i % 7 != 0) order.emplace(at(i, i % 3 == 0 ? 250'000 : 0), i);
    }
    for (auto& [deadline, value] : order) {
      auto expired = co_await hd::next(queue);
      EXPECT_EQ(expired->deadline(), deadline);
      EXPECT_EQ(Instant::now(), deadline);
    }
    EXPECT_TRUE(queue.is_empty());
  }());
}

}  // namespace
}  // namespace heddle_test
