// SPDX-License-Identifier: MIT
// LocalSet: tasks that stay on their thread, whoever wakes, joins or aborts them, and from wherever.
#include "support/drop_counter.hpp"
#include "support/mock_task.hpp"
#include "support/runtime_kinds.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/channel/oneshot.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/join.hpp>
#include <heddle/future/select.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/local_set.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/sync/cell.hpp>
#include <heddle/sync/mutex.hpp>
#include <heddle/sync/rc.hpp>
#include <heddle/sync/ref_cell.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::sync::Rc;
using hd::task::LocalSet;

class TaskLocalSet : public ::testing::TestWithParam<RuntimeKind> {
 protected:
  hd::runtime::Runtime runtime = runtime_of(GetParam());
  LocalSet set;
};
INSTANTIATE_TEST_SUITE_P(On, TaskLocalSet, every_kind(), name_of);

hd::Async<> on_thread(std::thread::id expected, int depth) {
  EXPECT_EQ(std::this_thread::get_id(), expected);
  if (depth > 0) {
    EXPECT_TRUE((co_await hd::task::spawn_local(on_thread, expected, depth - 1)).has_value());
  }
  co_await hd::task::yield_now();
  EXPECT_EQ(std::this_thread::get_id(), expected);
}

TEST_P(TaskLocalSet, its_tasks_and_what_they_spawn_run_on_its_thread) {
  set.block_on(runtime, on_thread(std::this_thread::get_id(), 4));
  auto handle = set.spawn_local(on_thread, std::this_thread::get_id(), 4);
  EXPECT_TRUE(set.block_on(runtime, handle).has_value());
}

TEST_P(TaskLocalSet, a_task_holds_what_is_not_send_across_awaits_and_gives_it) {
  auto lines = Rc<hd::sync::RefCell<std::vector<int>>>::make(std::vector<int>());
  auto handle = set.spawn_local(
      [](Rc<hd::sync::RefCell<std::vector<int>>> log, int n) -> hd::Async<Rc<int>> {
        for (int i = 0; i < n; ++i) {
          log->borrow_mut()->push_back(i);
          co_await hd::task::yield_now();
        }
        co_return Rc<int>::make(n);
      },
      lines.clone(), 3);
  auto result = set.block_on(runtime, handle);
  EXPECT_EQ(*result.value(), 3);
  EXPECT_EQ(*lines->borrow(), (std::vector{0, 1, 2}));
  EXPECT_EQ(lines.strong_count(), 1U);  // the arguments went with the task's end
}

TEST_P(TaskLocalSet, arguments_are_kept_for_a_function_that_borrows_them) {
  auto handle = set.spawn_local(
      [](const std::string& text, const std::unique_ptr<int>& n) -> hd::Async<std::string> {
        co_await hd::task::yield_now();
        co_return text + std::to_string(*n);
      },
      std::string("a text that is too long for the string itself "), std::make_unique<int>(7));
  EXPECT_EQ(set.block_on(runtime, handle).value(), "a text that is too long for the string itself 7");
}

TEST_P(TaskLocalSet, tasks_and_bare_futures_are_spawned_as_they_are) {
  auto task = set.spawn_local([]() -> hd::Task<int> { co_return 1; }());
  auto bare = set.spawn_local(hd::ready(2));
  EXPECT_EQ(set.block_on(runtime, task).value() + set.block_on(runtime, bare).value(), 3);
}

TEST_P(TaskLocalSet, as_a_future_it_is_ready_when_all_tasks_have_ended) {
  auto total = Rc<hd::sync::Cell<int>>::make(0);
  const auto count = [](Rc<hd::sync::Cell<int>> ran, int yields) -> hd::Async<> {
    for (int i = 0; i < yields; ++i) co_await hd::task::yield_now();
    ran->set(ran->get() + 1);
  };
  static_cast<void>(set.spawn_local(
      [](Rc<hd::sync::Cell<int>> ran, auto f) -> hd::Async<> {
        static_cast<void>(hd::task::spawn_local(f, ran.clone(), 3));
        co_await f(std::move(ran), 1);
      },
      total.clone(), count));
  static_cast<void>(set.spawn_local(count, total.clone(), 2));
  runtime.block_on(set);
  EXPECT_EQ(total->get(), 3);
  runtime.block_on(set);  // none is left: at once
}

TEST_P(TaskLocalSet, its_tasks_use_the_timers_of_the_runtime_that_polls_it) {
  auto ran = Rc<hd::sync::Cell<int>>::make(0);
  for (auto pause : {5ms, 10ms}) {
    static_cast<void>(set.spawn_local(
        [](Rc<hd::sync::Cell<int>> total, std::chrono::milliseconds time) -> hd::Async<> {
          co_await hd::time::sleep(time);
          total->set(total->get() + 1);
        },
        ran.clone(), pause));
  }
  runtime.block_on(set);
  EXPECT_EQ(ran->get(), 2);
}

TEST_P(TaskLocalSet, a_task_is_joined_and_woken_from_other_threads) {
  set.block_on(runtime, [](hd::runtime::Runtime& rt) -> hd::Async<> {
    auto [tx, rx] = hd::oneshot::channel<int>();
    auto local = hd::task::spawn_local(
        [](std::thread::id home, hd::oneshot::Receiver<int> from) -> hd::Async<int> {
          const int got = (co_await from).value();
          EXPECT_EQ(std::this_thread::get_id(), home);
          co_return got;
        },
        std::this_thread::get_id(), std::move(rx));
    auto joined = rt.spawn([](hd::task::JoinHandle<int> task, hd::oneshot::Sender<int> to) -> hd::Task<int> {
      EXPECT_TRUE(std::move(to).send(42).has_value());
      co_return (co_await task).value();
    }(std::move(local), std::move(tx)));
    EXPECT_EQ((co_await joined).value(), 42);
  }(runtime));
}

hd::Async<int> spawns_into(const LocalSet& set) { co_return (co_await set.spawn_local(hd::ready(5))).value(); }

hd::Async<int> awaits_and_spawns_into(const LocalSet& set) {
  auto never = [] { return -1; };
  auto gave = [](int n) { return n; };
  co_return co_await hd::select(hd::on(set.run_until(hd::pending()), never), hd::on(spawns_into(set), gave));
}

TEST_P(TaskLocalSet, spawning_wakes_who_awaits_the_set_in_the_same_task) {
  EXPECT_EQ(runtime.block_on(awaits_and_spawns_into(set)), 5);
}

TEST_P(TaskLocalSet, who_awaits_the_set_is_woken_when_a_run_until_ends_its_last_task) {
  auto [tx, rx] = hd::oneshot::channel<int>();
  static_cast<void>(set.spawn_local(
      [](hd::oneshot::Receiver<int> from) -> hd::Async<> { EXPECT_EQ((co_await from).value(), 1); }, std::move(rx)));
  hd::test::MockTask waits, runs;
  EXPECT_TRUE(waits.poll(set).is_pending());
  auto send = hd::poll_fn([tx = std::move(tx)](hd::Context&) mutable -> hd::Poll<void> {
    EXPECT_TRUE(std::move(tx).send(1).has_value());
    return hd::Pending;
  });
  auto run = set.run_until(send);
  EXPECT_TRUE(runs.poll(run).is_pending());  // sends, and runs the task
  EXPECT_TRUE(waits.is_woken());
  EXPECT_TRUE(waits.poll(set).is_ready());
}

TEST_P(TaskLocalSet, a_task_that_never_waits_shares_the_thread_with_the_future_beside_it) {
  auto ends = Rc<hd::sync::Cell<bool>>::make(false);
  auto busy = set.spawn_local(
      [](Rc<hd::sync::Cell<bool>> stop) -> hd::Async<> {
        while (!stop->get()) co_await hd::task::yield_now();
      },
      ends.clone());
  set.block_on(runtime, [](Rc<hd::sync::Cell<bool>> stop) -> hd::Async<> {
    for (int i = 0; i < 10; ++i) co_await hd::task::yield_now();
    stop->set(true);
  }(ends.clone()));
  EXPECT_TRUE(set.block_on(runtime, busy).has_value());
}

TEST_P(TaskLocalSet, polled_once_it_runs_61_polls_of_its_tasks_and_asks_for_another_turn) {
  auto polls = Rc<hd::sync::Cell<int>>::make(0);
  static_cast<void>(set.spawn_local(
      [](const Rc<hd::sync::Cell<int>>& count) {
        return hd::poll_fn([&count](hd::Context& cx) -> hd::Poll<void> {
          count->set(count->get() + 1);
          cx.yield();
          return hd::Pending;
        });
      },
      polls.clone()));
  hd::test::MockTask task;
  EXPECT_TRUE(task.poll(set).is_pending());
  EXPECT_EQ(polls->get(), 61);
  EXPECT_TRUE(task.is_woken());
}

TEST_P(TaskLocalSet, a_set_whose_tasks_all_wait_is_not_polled_in_a_loop) {
  static_cast<void>(set.spawn_local(hd::pending()));
  hd::test::MockTask task;
  EXPECT_TRUE(task.poll(set).is_pending());
  EXPECT_FALSE(task.is_woken());
}

TEST_P(TaskLocalSet, dropping_it_drops_its_tasks_here_and_their_handles_say_cancelled) {
  auto data = Rc<int>::make(1);
  auto started = set.spawn_local([](Rc<int>) -> hd::Async<> { co_await hd::pending(); }, data.clone());
  set.block_on(runtime, hd::task::yield_now());
  auto fresh = set.spawn_local([](Rc<int>) -> hd::Async<> { co_return; }, data.clone());
  EXPECT_EQ(data.strong_count(), 3U);
  set = LocalSet();
  EXPECT_EQ(data.strong_count(), 1U);
  EXPECT_TRUE(runtime.block_on(started).error().is_cancelled());
  EXPECT_TRUE(runtime.block_on(fresh).error().is_cancelled());
}

TEST_P(TaskLocalSet, a_task_that_another_thread_has_woken_is_dropped_with_its_set) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  auto data = Rc<int>::make(1);
  static_cast<void>(set.spawn_local(
      [](hd::mpsc::Receiver<int> from, Rc<int>) -> hd::Async<> {
        while ((co_await from.recv_async()).has_value()) {
        }
        ADD_FAILURE() << "it has run after it was dropped";
      },
      std::move(rx), data.clone()));
  set.block_on(runtime, hd::task::yield_now());
  std::thread([](auto to) { static_cast<void>(to.send(1)); }, std::move(tx)).join();
  set.cancel();
  EXPECT_EQ(data.strong_count(), 1U);
}

TEST_P(TaskLocalSet, tasks_that_wake_each_other_while_they_are_dropped_do_not_run) {
  auto [first_tx, first_rx] = hd::oneshot::channel<int>();
  auto [second_tx, second_rx] = hd::oneshot::channel<int>();
  const auto waits = [](hd::oneshot::Receiver<int> rx, hd::oneshot::Sender<int> tx) -> hd::Async<> {
    static_cast<void>(co_await rx);
    static_cast<void>(std::move(tx).send(1));
    ADD_FAILURE() << "it has run";
  };
  static_cast<void>(set.spawn_local(
      [](hd::oneshot::Receiver<int> rx) -> hd::Async<> {
        static_cast<void>(co_await rx);
        ADD_FAILURE() << "it has run";
      },
      std::move(second_rx)));
  static_cast<void>(set.spawn_local(waits, std::move(first_rx), std::move(second_tx)));
  static_cast<void>(set.spawn_local(
      [](auto tx) -> hd::Async<> {
        co_await hd::pending();
        static_cast<void>(std::move(tx).send(1));
      },
      std::move(first_tx)));
  set.block_on(runtime, hd::task::yield_now());
  set.cancel();
}

/// Spawns a local task when it is destroyed.
struct SpawnsOnDrop {
  bool armed = true;
  SpawnsOnDrop() = default;
  SpawnsOnDrop(SpawnsOnDrop&& other) noexcept : armed(std::exchange(other.armed, false)) {}
  ~SpawnsOnDrop() {
    if (!armed) return;
    EXPECT_TRUE(hd::task::spawn_local(hd::ready()).is_finished());  // cancelled at once
  }

  HEDDLE_FIELDS(armed);
};

TEST_P(TaskLocalSet, what_is_spawned_while_it_is_dropped_is_cancelled_at_once) {
  static_cast<void>(set.spawn_local([](SpawnsOnDrop) -> hd::Async<> { co_await hd::pending(); }, SpawnsOnDrop()));
  set.block_on(runtime, hd::task::yield_now());
  set.cancel();
}

TEST_P(TaskLocalSet, a_task_may_drop_the_set_that_it_belongs_to) {
  using Kept = Rc<hd::sync::RefCell<std::optional<LocalSet>>>;
  auto shared = Kept::make(std::optional<LocalSet>(std::move(set)));
  auto counted = Rc<int>::make(1);
  auto other =
      (*shared->borrow())->spawn_local([](Rc<int>) -> hd::Async<> { co_await hd::pending(); }, counted.clone());
  auto dropper = (*shared->borrow())
                     ->spawn_local(
                         [](Kept kept, Rc<int> data) -> hd::Async<> {
                           std::optional<LocalSet> mine = std::move(*kept->borrow_mut());
                           kept->borrow_mut()->reset();
                           mine.reset();
                           EXPECT_EQ(data.strong_count(), 3U);  // later: a task is running
                           co_await hd::pending();
                         },
                         shared.clone(), counted.clone());
  auto behind_it = (*shared->borrow())->spawn_local([]() -> hd::Async<> {
    ADD_FAILURE() << "it has run after its set was dropped";
    co_return;
  });
  hd::test::MockTask task;
  auto until = (*shared->borrow())->run_until(hd::pending());
  EXPECT_TRUE(task.poll(until).is_pending());
  EXPECT_EQ(counted.strong_count(), 1U);
  EXPECT_TRUE(runtime.block_on(other).error().is_cancelled());
  EXPECT_TRUE(runtime.block_on(dropper).error().is_cancelled());
  EXPECT_TRUE(runtime.block_on(behind_it).error().is_cancelled());
  EXPECT_TRUE(task.poll(until).is_pending());
  EXPECT_FALSE(task.is_woken());
}

TEST_P(TaskLocalSet, abort_from_another_thread_drops_the_task_on_its_own) {
  struct StaysHere {
    std::thread::id home = std::this_thread::get_id();
    ~StaysHere() { EXPECT_EQ(std::this_thread::get_id(), home); }
  };
  auto data = Rc<StaysHere>::make();
  auto handle = set.spawn_local([](Rc<StaysHere>) -> hd::Async<> { co_await hd::pending(); }, std::move(data));
  set.block_on(runtime, hd::task::yield_now());
  std::thread([](hd::task::AbortHandle task) { task.abort(); }, handle.abort_handle()).join();
  EXPECT_TRUE(set.block_on(runtime, handle).error().is_cancelled());
}

TEST_P(TaskLocalSet, the_last_waker_and_the_handle_may_go_on_another_thread_after_the_set) {
  auto kept = Rc<hd::sync::RefCell<hd::Waker>>::make(hd::Waker());
  auto handle = set.spawn_local(
      [](const Rc<hd::sync::RefCell<hd::Waker>>& waker) {
        return hd::poll_fn([&waker](hd::Context& cx) -> hd::Poll<void> {
          *waker->borrow_mut() = cx.waker().clone();
          return hd::Pending;
        });
      },
      kept.clone());
  set.block_on(runtime, hd::task::yield_now());
  set.cancel();
  std::thread([](hd::Waker waker, auto) { std::move(waker).wake(); }, std::move(*kept->borrow_mut()), std::move(handle))
      .join();
}

TEST_P(TaskLocalSet, an_exception_that_leaves_a_task_is_its_join_error) {
  auto handle = set.spawn_local([]() -> hd::Async<> {
    throw std::runtime_error("no");
    co_return;
  });
  EXPECT_TRUE(set.block_on(runtime, handle).error().is_panic());
}

TEST_P(TaskLocalSet, an_exception_of_the_future_beside_the_tasks_leaves_run_until) {
  EXPECT_THROW(set.block_on(runtime,
                            []() -> hd::Async<> {
                              throw std::runtime_error("no");
                              co_return;
                            }()),
               std::runtime_error);
}

TEST_P(TaskLocalSet, a_guard_lets_spawn_local_put_tasks_into_it) {
  {
    const auto guard = set.enter();
    auto handle = hd::task::spawn_local(hd::ready(1));
    EXPECT_FALSE(handle.is_finished());
    EXPECT_EQ(set.block_on(runtime, handle).value(), 1);
    EXPECT_NO_THROW(static_cast<void>(hd::task::spawn_local(hd::ready(1))));
  }
  EXPECT_THROW(static_cast<void>(hd::task::spawn_local(hd::ready(1))), hd::runtime::NoLocalSet);
}

TEST_P(TaskLocalSet, spawn_local_outside_of_a_set_says_what_is_missing) {
  std::string what;
  const auto attempt = [&what] {
    what.clear();
    try {
      static_cast<void>(hd::task::spawn_local(hd::ready(1)));
    } catch (const hd::runtime::NoLocalSet& error) {
      what = error.what();
    }
    EXPECT_TRUE(what.starts_with("task::spawn_local needs a LocalSet or a LocalRuntime")) << what;
  };
  attempt();
  runtime.block_on(hd::poll_fn([&](hd::Context&) -> hd::Poll<void> { return attempt(), hd::Ready(); }));
  set.block_on(runtime, hd::poll_fn([&](hd::Context&) -> hd::Poll<void> {
                 std::thread(attempt).join();
                 return hd::Ready();
               }));
  set.block_on(runtime, [](hd::runtime::Runtime& rt) -> hd::Async<> {
    auto elsewhere = rt.spawn([]() -> hd::Task<> {
      static_cast<void>(hd::task::spawn_local(hd::ready(1)));
      co_return;
    }());
    EXPECT_TRUE((co_await elsewhere).error().is_panic());  // a task of the runtime is none of the set
  }(runtime));
}

TEST_P(TaskLocalSet, a_task_that_may_move_to_another_thread_may_not_await_a_set) {
  auto result = runtime.block_on(runtime.spawn([]() -> hd::Task<> {
    const LocalSet inside;
    co_await inside.run_until(hd::ready());
  }()));
  EXPECT_THROW(std::rethrow_exception(std::move(result).error().into_panic()), std::logic_error);
}

TEST_P(TaskLocalSet, a_local_task_may_await_a_set_of_its_own) {
  auto outer = set.spawn_local(
      [](std::thread::id home) -> hd::Async<int> {
        const hd::task::Id id = hd::task::id();
        const LocalSet inner;
        auto task = inner.spawn_local(
            [](std::thread::id here) -> hd::Async<int> {
              co_await hd::time::sleep(1ms);
              EXPECT_EQ(std::this_thread::get_id(), here);
              co_return 3;
            },
            home);
        const int got = (co_await inner.run_until(task)).value();
        EXPECT_EQ(hd::task::id(), id);
        co_return got;
      },
      std::this_thread::get_id());
  EXPECT_EQ(set.block_on(runtime, outer).value(), 3);
}

TEST_P(TaskLocalSet, a_local_task_that_has_polled_a_set_of_its_own_is_the_current_task_again) {
  auto outer = set.spawn_local([]() -> hd::Async<bool> {
    const hd::task::Id id = hd::task::id();
    LocalSet inner;
    auto other = inner.spawn_local([]() -> hd::Async<hd::task::Id> { co_return hd::task::id(); });
    co_await hd::poll_fn([&inner, id](hd::Context& cx) -> hd::Poll<void> {
      EXPECT_TRUE(inner.poll(cx).is_ready());
      EXPECT_EQ(hd::task::id(), id);
      return hd::Ready();
    });
    co_return (co_await other).value() != id;
  });
  EXPECT_TRUE(set.block_on(runtime, outer).value());
}

TEST_P(TaskLocalSet, who_has_awaited_a_set_to_its_end_is_not_woken_by_its_next_task) {
  hd::test::MockTask task;
  static_cast<void>(set.spawn_local(hd::ready()));
  EXPECT_TRUE(task.poll(set).is_ready());
  static_cast<void>(task.take_wakes());
  static_cast<void>(set.spawn_local(hd::ready()));
  EXPECT_FALSE(task.is_woken());
}

TEST_P(TaskLocalSet, two_sets_take_turns_in_one_task) {
  const LocalSet other;
  auto one = set.spawn_local([]() -> hd::Async<int> {
    co_await hd::time::sleep(1ms);
    co_return 1;
  });
  auto two = other.spawn_local([]() -> hd::Async<int> {
    co_await hd::time::sleep(1ms);
    co_return 2;
  });
  const int sum = runtime.block_on([](const LocalSet& s, const LocalSet& t, auto& of_s, auto& of_t) -> hd::Async<int> {
    auto [a, b] = co_await hd::join(s.run_until(of_s), t.run_until(of_t));
    co_return a.value() + b.value();
  }(set, other, one, two));
  EXPECT_EQ(sum, 3);
}

TEST_P(TaskLocalSet, it_needs_no_runtime_for_what_needs_none) {
  auto handle = set.spawn_local([]() -> hd::Async<int> {
    co_await hd::task::yield_now();
    co_return 4;
  });
  EXPECT_EQ(hd::block_on(set.run_until(handle)).value(), 4);
}

TEST_P(TaskLocalSet, a_hundred_tasks_that_spawn_and_join_all_end) {
  std::vector<hd::task::JoinHandle<void>> handles;
  for (int i = 0; i < 128; ++i) {
    handles.push_back(set.spawn_local(
        []() -> hd::Async<> { EXPECT_TRUE((co_await hd::task::spawn_local(hd::ready())).has_value()); }));
  }
  for (auto& result : set.block_on(runtime, hd::join_all(std::move(handles)))) EXPECT_TRUE(result.has_value());
}

TEST_P(TaskLocalSet, what_other_threads_wake_by_the_hundred_all_runs) {
  constexpr int kMany = 500;
  auto total = Rc<hd::sync::Cell<int>>::make(0);
  std::vector<hd::oneshot::Sender<int>> senders;
  for (int i = 0; i < kMany; ++i) {
    auto [tx, rx] = hd::oneshot::channel<int>();
    senders.push_back(std::move(tx));
    static_cast<void>(set.spawn_local(
        [](hd::oneshot::Receiver<int> from, Rc<hd::sync::Cell<int>> ran) -> hd::Async<> {
          EXPECT_EQ((co_await from).value(), 1);
          ran->set(ran->get() + 1);
        },
        std::move(rx), total.clone()));
  }
  std::thread sends(
      [](auto all) {
        for (auto& to : all) EXPECT_TRUE(std::move(to).send(1).has_value());
      },
      std::move(senders));
  runtime.block_on(set);
  sends.join();
  EXPECT_EQ(total->get(), kMany);
}

TEST_P(TaskLocalSet, a_set_may_be_a_thread_s_own) {
  std::thread([this] {
    thread_local LocalSet mine;
    auto handle = mine.spawn_local(hd::ready(1));
    EXPECT_EQ(runtime.handle().block_on(mine.run_until(handle)).value(), 1);
    static_cast<void>(mine.spawn_local(hd::pending()));
  }).join();
}

TEST_P(TaskLocalSet, a_blocking_guard_may_not_be_held_across_an_await_of_a_local_task_either) {
  auto handle = set.spawn_local([]() -> hd::Async<> {
    const hd::sync::Mutex<int> mutex(1);
    const auto guard = mutex.lock().value();
    co_await hd::task::yield_now();
  });
  auto result = set.block_on(runtime, handle);
  EXPECT_THROW(std::rethrow_exception(std::move(result).error().into_panic()), hd::GuardHeldAcrossAwait);
}

TEST_P(TaskLocalSet, each_task_has_a_budget_of_its_own_and_the_future_beside_them_that_of_its_poller) {
  auto of_task = set.spawn_local(
      hd::poll_fn([](hd::Context& cx) -> hd::Poll<int> { return hd::Ready(static_cast<int>(cx.budget())); }));
  std::uint32_t of_future = 0;
  auto look = hd::poll_fn([&of_future](hd::Context& cx) -> hd::Poll<void> {
    of_future = cx.budget();
    return hd::Pending;
  });
  hd::test::MockTask task;
  auto until = set.run_until(look);
  EXPECT_TRUE(task.poll(until, 5).is_pending());
  EXPECT_EQ(of_future, 5U);
  EXPECT_EQ(set.block_on(runtime, of_task).value(), static_cast<int>(hd::Context::kBudget));
}

TEST_P(TaskLocalSet, a_run_until_that_is_dropped_at_any_suspension_loses_nothing) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  auto ran = Rc<hd::sync::Cell<int>>::make(0);
  static_cast<void>(set.spawn_local(
      [](Rc<hd::sync::Cell<int>> turns) -> hd::Async<> {
        for (;;) {
          turns->set(turns->get() + 1);
          co_await hd::task::yield_now();
        }
      },
      ran.clone()));
  for (int k = 0; k < 3; ++k) {
    hd::test::MockTask task;
    {
      auto recv = rx.recv_async();
      auto until = set.run_until(recv);
      for (int polls = 0; polls < k; ++polls) EXPECT_TRUE(task.poll(until).is_pending());
    }
    EXPECT_TRUE(tx.send(k).has_value());
    EXPECT_EQ(set.block_on(runtime, rx.recv_async()), k);
  }
  const int before = ran->get();
  set.block_on(runtime, hd::task::yield_now());
  EXPECT_GT(ran->get(), before);
}

}  // namespace
}  // namespace heddle_test
