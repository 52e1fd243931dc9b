// SPDX-License-Identifier: MIT
// A task that awaits another one, which no thread has taken, runs that itself, within its own poll.
#include "support/task_fixture.hpp"

#include <heddle/future/async.hpp>
#include <heddle/future/join.hpp>
#include <heddle/runtime/block_in_place.hpp>
#include <heddle/runtime/coop.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/task_local.hpp>
#include <heddle/sync/mutex.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/current.hpp"
#include "runtime/multi_thread.hpp"

namespace heddle_test {
namespace {

using namespace std::chrono_literals;
using heddle::Task;
namespace hd = heddle;
namespace runtime = heddle::runtime;
namespace task = heddle::task;

using Gate = std::shared_ptr<std::latch>;
Gate gate(std::ptrdiff_t count = 1) { return std::make_shared<std::latch>(count); }

Task<> opens(Gate to_open) {
  to_open->count_down();
  co_return;
}

/// Who ran first.
std::atomic<char> first;
Task<> says(char who) {
  char nobody = 0;
  first.compare_exchange_strong(nobody, who);
  co_return;
}

/// A thread that loses its processor for long loses its core too, and then others run what it has at hand: what else always
/// happens is tried until it does.
constexpr int kAttempts = 100;

class RunAhead : public testing::Test {
 protected:
  void SetUp() override { first = 0; }

  template <class T>
  auto run(Task<T> body) {
    return runtime_.block_on(runtime_.spawn(std::move(body)));
  }

  runtime::Runtime runtime_ = runtime::Builder::multi_thread().worker_threads(1).build().value();
};

/// As if the worker had measured short polls: from then on it keeps new tasks for itself.
void keep_new_tasks() {
  static_cast<runtime::detail::Seat*>(runtime::detail::current().worker)->core.load()->assume_poll_length(100);
}

/// Whether the one that is awaited runs first of so many.
Task<bool> awaited_runs_first(std::size_t awaited, std::size_t count) {
  co_await task::yield_now();  // the first that runs ahead in this poll
  first = 0;
  std::vector<task::JoinHandle<void>> children;
  for (std::size_t i = 0; i < count; ++i) children.push_back(task::spawn(says(i == awaited ? 'a' : 'o')));
  EXPECT_TRUE((co_await children[awaited]).has_value());
  const bool was_first = first == 'a';
  children.erase(children.begin() + static_cast<std::ptrdiff_t>(awaited));
  for (auto& child : children) EXPECT_TRUE((co_await child).has_value());
  co_return was_first;
}

TEST_F(RunAhead, the_awaited_one_of_many_runs_first_whichever_it_is) {
  run([]() -> Task<> {
    for (const std::size_t awaited : {0U, 1U, 2U}) {
      bool was_first = false;
      for (int i = 0; i < kAttempts && !was_first; ++i) {
        keep_new_tasks();
        was_first = co_await awaited_runs_first(awaited, 3);
      }
      EXPECT_TRUE(was_first) << awaited;
    }
  }()).value();
}

TEST_F(RunAhead, the_oldest_in_the_run_queue_runs_first_too) {
  run([]() -> Task<> {
    bool was_first = false;
    for (int i = 0; i < kAttempts && !was_first; ++i) was_first = co_await awaited_runs_first(0, 200);
    EXPECT_TRUE(was_first);
  }()).value();
}

TEST_F(RunAhead, it_is_a_task_of_its_own_all_the_same) {
  static constinit task::Local<int> local;
  runtime_.block_on(runtime_.spawn(local.scope(1, []() -> Task<> {
    const task::Id outer = task::id();
    auto child = task::spawn([](task::Id parent) -> Task<> {
      EXPECT_NE(task::id(), parent);
      EXPECT_FALSE(local.try_get().has_value());
      co_return;
    }(outer));
    EXPECT_TRUE((co_await child).has_value());
    EXPECT_EQ(task::id(), outer);
    EXPECT_EQ(local.get(), 1);
  }()))).value();
}

TEST_F(RunAhead, its_exception_is_its_handles) {
  run([]() -> Task<> {
    auto child = task::spawn([]() -> Task<int> {
      throw std::runtime_error("from within");
      co_return 0;
    }());
    auto result = co_await child;
    EXPECT_FALSE(result.has_value());
    EXPECT_TRUE(result.error().is_panic());
  }()).value();
}

TEST_F(RunAhead, one_that_was_aborted_before_is_cancelled_and_not_run) {
  run([]() -> Task<> {
    auto child = task::spawn(says('x'));
    child.abort();
    auto result = co_await child;
    EXPECT_FALSE(result.has_value());
    EXPECT_TRUE(result.error().is_cancelled());
  }()).value();
  EXPECT_EQ(first, 0);
}

TEST_F(RunAhead, one_that_is_aborted_in_its_poll_ends_at_its_suspension) {
  run([]() -> Task<> {
    static std::optional<task::AbortHandle> abort;
    auto child = task::spawn([]() -> Task<> {
      abort->abort();
      co_await task::yield_now();
      ADD_FAILURE() << "it is gone";
    }());
    abort.emplace(child.abort_handle());
    auto result = co_await child;
    EXPECT_FALSE(result.has_value());
    EXPECT_TRUE(result.error().is_cancelled());
    abort.reset();
  }()).value();
}

TEST_F(RunAhead, one_that_waits_is_awaited) {
  auto result = run([]() -> Task<int> {
    auto child = task::spawn([]() -> Task<int> {
      co_await hd::time::sleep(1ms);
      co_await task::yield_now();
      co_return 3;
    }());
    co_return (co_await child).value();
  }());
  EXPECT_EQ(result.value(), 3);
}

Task<int> spends_its_budget() {
  int spent = 0;
  for (bool more = true; more; ++spent) {
    co_await task::consume_budget();
    more = co_await task::has_budget_remaining();
  }
  co_return spent;
}

TEST_F(RunAhead, it_spends_its_parents_budget) {
  run([]() -> Task<> {
    constexpr int kBudget = static_cast<int>(hd::Context::kBudget);
    int spent = 0;
    for (int i = 0; i < kAttempts && spent != kBudget - 100; ++i) {
      co_await task::yield_now();
      for (int unit = 0; unit < 100; ++unit) co_await task::consume_budget();
      auto child = task::spawn(spends_its_budget());
      spent = (co_await child).value();
      const bool more = co_await task::has_budget_remaining();
      if (spent == kBudget - 100) {
        EXPECT_FALSE(more);
      }
    }
    EXPECT_EQ(spent, kBudget - 100);
  }()).value();
}

TEST_F(RunAhead, has_a_budget_where_the_parent_has_no_limit) {
  run([]() -> Task<> {
    co_await task::unconstrained([]() -> Task<> {
      auto child = task::spawn(spends_its_budget());
      EXPECT_EQ((co_await child).value(), static_cast<int>(hd::Context::kBudget));
    }());
  }()).value();
}

TEST_F(RunAhead, not_beside_another_future_of_the_same_task) {
  run([]() -> Task<> {
    const auto waits = [](task::JoinHandle<void>& handle) -> hd::Async<> { EXPECT_TRUE((co_await handle).has_value()); };
    for (int i = 0; i < kAttempts && first != 'n'; ++i) {
      first = 0;
      auto child = task::spawn(says('c'));
      co_await hd::join(waits(child), says('n'));
    }
  }()).value();
  EXPECT_EQ(first, 'n');
}

TEST_F(RunAhead, not_while_the_parent_holds_a_guard_that_it_could_want) {
  static const hd::Mutex<int> mutex(0);
  mutex.clear_poison();
  run([]() -> Task<> {
    auto child = task::spawn([]() -> Task<> {
      static_cast<void>(mutex.lock().has_value());  // the exception has poisoned it
      co_return;
    }());
    bool refused = false;
    try {
      auto guard = mutex.lock().value();
      static_cast<void>(co_await child);
    } catch (const hd::GuardHeldAcrossAwait&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
    EXPECT_TRUE((co_await child).has_value());
  }()).value();
}

TEST_F(RunAhead, a_task_that_forks_for_ever_starves_nobody) {
  static std::atomic<bool> flag;
  flag = false;
  auto forks = runtime_.spawn([]() -> Task<> {
    while (!flag) static_cast<void>(co_await task::spawn([]() -> Task<> { co_return; }()));
  }());
  run([]() -> Task<> {
    for (int i = 0; i < 20; ++i) co_await task::yield_now();
    co_await hd::time::sleep(1ms);
    flag = true;
  }()).value();
  EXPECT_TRUE(runtime_.block_on(forks).has_value());
}

TEST_F(RunAhead, others_have_their_turn_after_a_few_thousand) {
  static std::atomic<bool> flag;
  flag = false;
  auto result = run([]() -> Task<int> {
    auto other = task::spawn([]() -> Task<> {
      flag = true;
      co_return;
    }());
    int forked = 0;
    for (; !flag; ++forked) static_cast<void>(co_await task::spawn([]() -> Task<> { co_return; }()));
    EXPECT_TRUE((co_await other).has_value());
    co_return forked;
  }());
  EXPECT_LT(result.value(), 5'000);
}

TEST_F(RunAhead, two_that_fork_for_ever_take_turns) {
  static std::array<std::atomic<int>, 2> rounds;
  rounds[0] = rounds[1] = 0;
  const auto fork = [](std::size_t me) -> Task<> {
    while (rounds[0] < 20'000 || rounds[1] < 20'000) {
      static_cast<void>(co_await task::spawn([](std::size_t who) -> Task<> {
        ++rounds[who];
        co_return;
      }(me)));
    }
  };
  auto one = runtime_.spawn(fork(0));
  auto other = runtime_.spawn(fork(1));
  EXPECT_TRUE(runtime_.block_on(one).has_value());
  EXPECT_TRUE(runtime_.block_on(other).has_value());
}

Task<int> depth(int n) {
  if (n == 0) co_return 0;
  auto child = task::spawn(depth(n - 1));
  co_return (co_await child).value() + 1;
}

TEST_F(RunAhead, a_recursion_of_any_depth_needs_little_stack) {
  EXPECT_EQ(run(depth(100'000)).value(), 100'000);
}

TEST(RunAheadElsewhere, a_recursion_fits_a_small_stack) {
  auto rt = runtime::Builder::multi_thread().worker_threads(1).thread_stack_size(128 * 1024).build().value();
  EXPECT_EQ(rt.block_on(rt.spawn(depth(10'000))).value(), 10'000);
}

Task<int> fib(int n) {
  if (n < 2) co_return n;
  auto larger = task::spawn(fib(n - 1));
  const int smaller = co_await fib(n - 2);
  co_return (co_await larger).value() + smaller;
}

TEST(RunAheadElsewhere, a_tree_of_tasks_adds_up_on_any_number_of_workers) {
  for (const std::size_t workers : {1U, 2U, 4U}) {
    auto rt = runtime::Builder::multi_thread().worker_threads(workers).build().value();
    EXPECT_EQ(rt.block_on(rt.spawn(fib(20))).value(), 6765);
  }
}

/// On one worker and on two: what a stuck thread leaves behind runs elsewhere.
class StuckAhead : public testing::TestWithParam<std::size_t> {
 protected:
  void run(Task<> body) { runtime_.block_on(runtime_.spawn(std::move(body))).value(); }

  runtime::Runtime runtime_ = runtime::Builder::multi_thread().worker_threads(GetParam()).build().value();
};
INSTANTIATE_TEST_SUITE_P(, StuckAhead, testing::Values(1U, 2U));

TEST_P(StuckAhead, its_siblings_run_elsewhere) {
  run([]() -> Task<> {
    keep_new_tasks();
    auto open = gate(3);
    auto stuck = task::spawn([](Gate all) -> Task<> {
      all->wait();
      co_return;
    }(open));
    for (int i = 0; i < 3; ++i) task::spawn(opens(open));
    EXPECT_TRUE((co_await stuck).has_value());
    co_await task::yield_now();
    co_await hd::time::sleep(1ms);
  }());
}

TEST_P(StuckAhead, it_yields_and_goes_on_and_so_does_its_parent) {
  run([]() -> Task<> {
    for (int i = 0; i < 3; ++i) {
      keep_new_tasks();
      auto open = gate();
      auto stuck = task::spawn([](Gate door) -> Task<> {
        door->wait();
        co_await task::yield_now();
        co_await hd::time::sleep(1ms);
      }(open));
      task::spawn(opens(open));
      EXPECT_TRUE((co_await stuck).has_value());
    }
  }());
}

TEST_P(StuckAhead, what_its_parent_forks_then_runs_too) {
  run([]() -> Task<> {
    keep_new_tasks();
    auto open = gate();
    auto stuck = task::spawn([](Gate door) -> Task<> {
      door->wait();
      co_return;
    }(open));
    task::spawn(opens(open));
    EXPECT_TRUE((co_await stuck).has_value());
    // Without a core, in the poll that the child was part of.
    auto more = gate();
    task::spawn(opens(more));
    more->wait();
  }());
}

TEST_P(StuckAhead, it_may_block_in_place_and_so_may_its_parent) {
  run([]() -> Task<> {
    for (int i = 0; i < 3; ++i) {
      auto open = gate();
      auto blocks = task::spawn([](Gate door) -> Task<> {
        task::spawn(opens(door));
        task::block_in_place([&] { door->wait(); });
        co_return;
      }(open));
      EXPECT_TRUE((co_await blocks).has_value());
      auto again = gate();
      task::spawn(opens(again));
      task::block_in_place([&] { again->wait(); });
    }
  }());
}

TEST_P(StuckAhead, the_end_cancels_all_while_it_blocks_in_place) {
  struct OpensWhenDropped {
    Gate door;
    explicit OpensWhenDropped(Gate to_open) : door(std::move(to_open)) {}
    OpensWhenDropped(OpensWhenDropped&&) = default;
    ~OpensWhenDropped() {
      if (door != nullptr) door->count_down();
    }
    using Output = void;
    heddle::Poll<void> poll(heddle::Context&) { return heddle::Pending; }
  };
  auto inside = gate();
  auto dropped = gate();
  auto rt = runtime::Builder::multi_thread().worker_threads(GetParam()).build().value();
  rt.spawn([](Gate door) -> Task<> { co_await OpensWhenDropped(std::move(door)); }(dropped));
  rt.spawn([](Gate in, Gate door) -> Task<> {
    // Three tasks in one poll.
    auto child = task::spawn([](Gate in2, Gate door2) -> Task<> {
      auto grandchild = task::spawn([](Gate in3, Gate door3) -> Task<> {
        task::block_in_place([&] {
          in3->count_down();
          door3->wait();  // until the runtime has cancelled the first task
        });
        co_return;
      }(in2, door2));
      static_cast<void>(co_await grandchild);
    }(in, door));
    static_cast<void>(co_await child);
  }(inside, dropped));
  inside->wait();
}

}  // namespace
}  // namespace heddle_test
