// SPDX-License-Identifier: MIT
// task::block_in_place, promise by promise. The group block_in_place of Tokio's rt_threaded.
#include <heddle/base/blocking.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/join.hpp>
#include <heddle/runtime/block_in_place.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

using namespace std::chrono_literals;
using heddle::Task;
using heddle::block_on;
namespace runtime = heddle::runtime;
namespace task = heddle::task;

runtime::Runtime workers(std::size_t count) {
  return runtime::Builder::multi_thread().worker_threads(count).build().value();
}

/// Opened once, by any thread; waited for by threads that block.
using Gate = std::shared_ptr<std::latch>;
Gate gate() { return std::make_shared<std::latch>(1); }

Task<> opens(Gate to_open) {
  to_open->count_down();
  co_return;
}

/// One worker, so that nothing but a stand-in can do what else there is to do.
class BlockInPlace : public testing::Test {
 protected:
  template <class T>
  auto run(Task<T> body) {
    return runtime_.block_on(runtime_.spawn(std::move(body)));
  }

  runtime::Runtime runtime_ = workers(1);
};

TEST_F(BlockInPlace, gives_what_the_function_gives) {
  auto result = run([]() -> Task<int> { co_return task::block_in_place([] { return 7; }); }());
  EXPECT_EQ(result.value(), 7);
}

TEST_F(BlockInPlace, gives_a_reference_as_a_reference) {
  run([]() -> Task<> {
    int local = 1;
    task::block_in_place([&local]() -> int& { return local; }) = 2;
    EXPECT_EQ(local, 2);
    co_return;
  }()).value();
}

TEST_F(BlockInPlace, takes_a_function_that_can_be_called_once) {
  auto result = run([]() -> Task<int> {
    auto once = [value = std::make_unique<int>(3)]() mutable { return *std::exchange(value, nullptr); };
    co_return task::block_in_place(std::move(once));
  }());
  EXPECT_EQ(result.value(), 3);
}

TEST_F(BlockInPlace, throws_what_the_function_throws) {
  auto result = run([]() -> Task<std::string> {
    try {
      task::block_in_place([] { throw std::runtime_error("from within"); });
    } catch (const std::runtime_error& error) {
      co_return error.what();
    }
    co_return "nothing";
  }());
  EXPECT_EQ(result.value(), "from within");
}

TEST_F(BlockInPlace, an_exception_that_leaves_the_task_is_its_result) {
  auto result = run([]() -> Task<> {
    task::block_in_place([] { throw std::runtime_error("from within"); });
    co_return;
  }());
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().is_panic());
  EXPECT_EQ(run([]() -> Task<int> { co_return 1; }()).value(), 1) << "the worker goes on";
}

TEST_F(BlockInPlace, a_task_queued_behind_runs_meanwhile) {
  auto open = gate();
  run([](Gate door) -> Task<> {
    task::spawn(opens(door));  // into the slot for the task that was woken last
    task::block_in_place([&] { door->wait(); });
    co_return;
  }(open)).value();
}

TEST_F(BlockInPlace, many_tasks_queued_behind_run_meanwhile) {
  constexpr int kTasks = 1000;
  auto open = std::make_shared<std::latch>(kTasks);
  run([](Gate door) -> Task<> {
    for (int i = 0; i < kTasks; ++i) task::spawn(opens(door));
    task::block_in_place([&] { door->wait(); });
    co_return;
  }(open)).value();
}

TEST_F(BlockInPlace, timers_fire_meanwhile) {
  auto open = gate();
  run([](Gate door) -> Task<> {
    task::spawn([](Gate to_open) -> Task<> {
      co_await heddle::time::sleep(1ms);
      to_open->count_down();
    }(door));
    task::block_in_place([&] { door->wait(); });
    co_return;
  }(open)).value();
}

TEST_F(BlockInPlace, what_it_spawns_runs_meanwhile) {
  auto open = gate();
  run([](Gate door) -> Task<> {
    task::block_in_place([&] {
      task::spawn(opens(door));
      door->wait();
    });
    co_return;
  }(open)).value();
}

TEST_F(BlockInPlace, what_is_spawned_after_it_runs_while_the_poll_goes_on) {
  auto open = gate();
  auto taken = gate();
  run([](Gate door, Gate core_taken) -> Task<> {
    task::spawn(opens(core_taken));
    task::block_in_place([&] { core_taken->wait(); });
    // Another thread has the core: this one is no worker until its next suspension.
    task::spawn(opens(door));
    door->wait();
    co_return;
  }(open, taken)).value();
}

TEST_F(BlockInPlace, the_task_is_awaited_and_woken_as_ever_afterwards) {
  auto result = run([]() -> Task<int> {
    int sum = 0;
    for (int i = 0; i < 20; ++i) {
      sum += task::block_in_place([] { return 1; });
      co_await task::yield_now();
      sum += task::block_in_place([] { return 1; });
      co_await heddle::time::sleep(100us);
      sum += (co_await task::spawn([]() -> Task<int> { co_return 1; }())).value();
    }
    co_return sum;
  }());
  EXPECT_EQ(result.value(), 60);
}

TEST_F(BlockInPlace, tasks_that_block_at_once_each_have_a_thread) {
  constexpr int kTasks = 20;
  auto all = std::make_shared<std::latch>(kTasks);
  std::vector<task::JoinHandle<void>> tasks;
  for (int i = 0; i < kTasks; ++i) {
    tasks.push_back(runtime_.spawn([](Gate door) -> Task<> {
      task::block_in_place([&] { door->arrive_and_wait(); });
      co_return;
    }(all)));
  }
  for (auto& blocked : tasks) EXPECT_TRUE(runtime_.block_on(blocked).has_value());
}

TEST_F(BlockInPlace, allows_blocking_calls) {
  run([]() -> Task<> {
    auto [tx, rx] = heddle::mpsc::channel<int>();
    task::spawn([](heddle::mpsc::Sender<int> sender) -> Task<> {
      static_cast<void>(sender.send(5));
      co_return;
    }(std::move(tx)));
    EXPECT_EQ(task::block_in_place([&] { return rx.recv(); }).value(), 5);
    EXPECT_THROW(static_cast<void>(block_on(heddle::future::ReadyFuture<int>(1))), heddle::BlockingInAsync)
        << "and only within";
    co_return;
  }()).value();
}

TEST_F(BlockInPlace, allows_block_on) {
  auto result = run([]() -> Task<int> {
    co_return task::block_in_place([] {
      return block_on([]() -> Task<int> {
        co_await heddle::time::sleep(1ms);
        co_return (co_await task::spawn([]() -> Task<int> { co_return 4; }())).value();
      }());
    });
  }());
  EXPECT_EQ(result.value(), 4);
}

TEST_F(BlockInPlace, may_be_nested_through_block_on) {
  auto open = gate();
  run([](Gate door) -> Task<> {
    task::block_in_place([&] {
      block_on([](Gate inner) -> Task<> {
        task::spawn(opens(inner));
        task::block_in_place([&] { inner->wait(); });
        co_return;
      }(door));
    });
    co_return;
  }(open)).value();
}

TEST_F(BlockInPlace, may_be_nested_directly) {
  auto result = run([]() -> Task<int> {
    co_return task::block_in_place([] { return task::block_in_place([] { return 9; }); });
  }());
  EXPECT_EQ(result.value(), 9);
}

TEST_F(BlockInPlace, keeps_the_task_and_its_runtime_current) {
  run([]() -> Task<> {
    const task::Id outside = task::id();
    task::block_in_place([&] {
      EXPECT_EQ(task::id(), outside);
      EXPECT_TRUE(runtime::Handle::try_current().has_value());
    });
    EXPECT_EQ(task::id(), outside);
    co_return;
  }()).value();
}

TEST_F(BlockInPlace, a_runtime_inside_leaves_the_task_current) {
  run([]() -> Task<> {
    const task::Id outside = task::id();
    task::block_in_place([] {
      auto inner = runtime::Builder::current_thread().build().value();
      inner.block_on(inner.spawn([]() -> Task<> { co_return; }())).value();
    });
    EXPECT_EQ(task::id(), outside);
    co_return;
  }()).value();
}

TEST_F(BlockInPlace, leaves_the_budget_of_the_poll_as_it_was) {
  struct Spend {
    using Output = void;
    heddle::Poll<void> poll(heddle::Context& cx) {
      cx.made_progress();
      const auto before = cx.budget();
      task::block_in_place([] { block_on(task::yield_now()); });
      EXPECT_EQ(cx.budget(), before);
      return heddle::Ready();
    }
  };
  run([]() -> Task<> { co_await Spend(); }()).value();
}

TEST_F(BlockInPlace, stops_the_other_futures_of_its_own_task) {
  run([]() -> Task<> {
    bool other_polled = false;
    co_await heddle::join(heddle::poll_fn([&](heddle::Context&) -> heddle::Poll<void> {
                            task::block_in_place([&] { EXPECT_FALSE(other_polled); });
                            return heddle::Ready();
                          }),
                          heddle::poll_fn([&](heddle::Context&) -> heddle::Poll<void> {
                            other_polled = true;
                            return heddle::Ready();
                          }));
    EXPECT_TRUE(other_polled);
  }()).value();
}

TEST_F(BlockInPlace, a_task_aborted_meanwhile_ends_at_its_next_suspension) {
  auto inside = gate();
  auto go_on = gate();
  auto blocked = runtime_.spawn([](Gate in, Gate on) -> Task<> {
    task::block_in_place([&] {
      in->count_down();
      on->wait();
    });
    co_await task::yield_now();
    ADD_FAILURE() << "it is gone";
  }(inside, go_on));
  inside->wait();
  blocked.abort();
  go_on->count_down();
  auto result = runtime_.block_on(blocked);
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().is_cancelled());
}

TEST_F(BlockInPlace, works_in_the_destructor_of_an_aborted_task) {
  struct Blocks {
    Gate door;
    explicit Blocks(Gate to_open) : door(std::move(to_open)) {}
    Blocks(Blocks&&) = default;
    ~Blocks() {
      if (door == nullptr) return;
      task::spawn(opens(door));
      task::block_in_place([&] { door->wait(); });
    }
    using Output = void;
    heddle::Poll<void> poll(heddle::Context&) { return heddle::Pending; }
  };
  auto open = gate();
  auto victim = runtime_.spawn([](Gate door) -> Task<> { co_await Blocks(std::move(door)); }(open));
  run([]() -> Task<> { co_return; }()).value();
  victim.abort();
  EXPECT_FALSE(runtime_.block_on(victim).has_value());
  open->wait();
}

TEST(BlockInPlaceElsewhere, outside_a_runtime_it_just_calls) {
  EXPECT_EQ(task::block_in_place([] { return 1; }), 1);
}

TEST(BlockInPlaceElsewhere, in_block_on_outside_a_runtime_it_just_calls_and_may_block) {
  EXPECT_EQ(block_on([]() -> Task<int> {
              co_return task::block_in_place([] { return block_on(heddle::future::ReadyFuture<int>(2)); });
            }()),
            2);
}

TEST(BlockInPlaceElsewhere, in_block_on_of_a_multi_thread_runtime_it_just_calls_and_may_block) {
  auto rt = workers(1);
  EXPECT_EQ(rt.block_on([]() -> Task<int> {
    co_return task::block_in_place([] {
      return block_on([]() -> Task<int> { co_return (co_await task::spawn([]() -> Task<int> { co_return 3; }())).value(); }());
    });
  }()),
            3);
}

TEST(BlockInPlaceElsewhere, on_a_current_thread_runtime_it_is_refused_in_block_on) {
  auto rt = runtime::Builder::current_thread().build().value();
  rt.block_on([]() -> Task<> {
    EXPECT_THROW(task::block_in_place([] {}), heddle::BlockingInAsync);
    EXPECT_THROW(static_cast<void>(block_on(heddle::future::ReadyFuture<int>(1))), heddle::BlockingInAsync)
        << "the thread is marked as ever";
    co_return;
  }());
}

TEST(BlockInPlaceElsewhere, on_a_current_thread_runtime_it_is_refused_in_a_task) {
  auto rt = runtime::Builder::current_thread().build().value();
  auto result = rt.block_on(rt.spawn([]() -> Task<> {
    task::block_in_place([] {});
    co_return;
  }()));
  ASSERT_FALSE(result.has_value());
  try {
    std::rethrow_exception(std::move(result).error().into_panic());
  } catch (const heddle::BlockingInAsync& error) {
    EXPECT_EQ(std::string(error.what()),
              "task::block_in_place needs a worker of a multi-thread runtime: here nobody else could run the other tasks");
  }
}

TEST(BlockInPlaceElsewhere, a_current_thread_runtime_inside_it_refuses_it_too) {
  auto rt = workers(1);
  rt.block_on(rt.spawn([]() -> Task<> {
    task::block_in_place([] {
      auto inner = runtime::Builder::current_thread().build().value();
      inner.block_on([]() -> Task<> {
        EXPECT_THROW(task::block_in_place([] {}), heddle::BlockingInAsync);
        co_return;
      }());
    });
    co_return;
  }())).value();
}

TEST(BlockInPlaceAtTheEnd, the_runtime_waits_for_the_thread_that_blocks) {
  auto returned = std::make_shared<std::atomic<bool>>(false);
  auto inside = gate();
  auto go_on = gate();
  std::thread closer;
  {
    auto rt = workers(1);
    rt.spawn([](Gate in, Gate on, std::shared_ptr<std::atomic<bool>> done) -> Task<> {
      task::block_in_place([&] {
        in->count_down();
        on->wait();
      });
      *done = true;
      co_return;
    }(inside, go_on, returned));
    inside->wait();
    closer = std::thread([&] { go_on->count_down(); });
  }
  EXPECT_TRUE(*returned);
  closer.join();
}

TEST(BlockInPlaceAtTheEnd, the_task_that_blocked_is_cancelled_at_its_suspension) {
  auto inside = gate();
  auto go_on = gate();
  std::optional<task::JoinHandle<void>> blocked;
  std::thread closer;
  {
    auto rt = workers(2);
    blocked = rt.spawn([](Gate in, Gate on) -> Task<> {
      task::block_in_place([&] {
        in->count_down();
        on->wait();
      });
      co_await task::yield_now();
      co_await heddle::pending<void>();
    }(inside, go_on));
    inside->wait();
    closer = std::thread([&] { go_on->count_down(); });
  }
  closer.join();
  auto result = block_on(*blocked);
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().is_cancelled());
}

TEST(BlockInPlaceAtTheEnd, a_task_that_it_waits_for_is_cancelled_by_the_end) {
  // The last thread is blocked before the end, or blocks after it.
  for (const bool before : {true, false}) {
    auto inside = gate();
    auto go_on = gate();
    auto result = std::make_shared<std::atomic<bool>>(false);
    auto rt = workers(1);
    rt.spawn([](Gate in, Gate on, std::shared_ptr<std::atomic<bool>> cancelled, bool is_before) -> Task<> {
      auto other = task::spawn([]() -> Task<> { co_await heddle::pending<void>(); }());
      if (!is_before) {
        in->count_down();
        on->wait();
      }
      task::block_in_place([&] {
        if (is_before) in->count_down();
        auto answer = block_on(other);
        *cancelled = !answer.has_value() && answer.error().is_cancelled();
      });
      while (true) co_await task::yield_now();
    }(inside, go_on, result, before));
    inside->wait();
    std::move(rt).shutdown_background();
    go_on->count_down();
    while (result.use_count() > 1) std::this_thread::yield();
    EXPECT_TRUE(*result);
  }
}

TEST(BlockInPlaceAtTheEnd, a_task_that_blocks_for_the_second_time_does_not_keep_the_end_waiting) {
  auto inside = gate();
  auto go_on = gate();
  auto result = std::make_shared<std::atomic<bool>>(false);
  auto rt = workers(1);
  rt.spawn([](Gate in, Gate on, std::shared_ptr<std::atomic<bool>> cancelled) -> Task<> {
    auto other = task::spawn([]() -> Task<> { co_await heddle::pending<void>(); }());
    auto taken = gate();
    task::spawn(opens(taken));
    task::block_in_place([&] { taken->wait(); });
    // Now without a core.
    in->count_down();
    on->wait();
    task::block_in_place([&] {
      auto answer = block_on(other);
      *cancelled = !answer.has_value() && answer.error().is_cancelled();
    });
    co_return;
  }(inside, go_on, result));
  inside->wait();
  std::move(rt).shutdown_background();
  go_on->count_down();
  while (result.use_count() > 1) std::this_thread::yield();
  EXPECT_TRUE(*result);
}

TEST(BlockInPlaceAtTheEnd, what_it_spawns_after_the_end_is_cancelled) {
  auto inside = gate();
  auto go_on = gate();
  auto result = std::make_shared<std::atomic<bool>>(false);
  {
    auto rt = workers(1);
    rt.spawn([](Gate in, Gate on, std::shared_ptr<std::atomic<bool>> cancelled) -> Task<> {
      task::block_in_place([&] {
        in->count_down();
        on->wait();
        auto late = task::spawn([]() -> Task<> { co_await heddle::pending<void>(); }());
        auto answer = block_on(late);
        *cancelled = !answer.has_value() && answer.error().is_cancelled();
      });
      co_return;
    }(inside, go_on, result));
    inside->wait();
    std::move(rt).shutdown_background();
    go_on->count_down();
    while (result.use_count() > 1) std::this_thread::yield();
  }
  EXPECT_TRUE(*result);
}

TEST(BlockInPlaceAtTheEnd, a_runtime_may_be_dropped_in_it) {
  auto outer = workers(1);
  auto result = outer.block_on(outer.spawn([]() -> Task<int> {
    co_return task::block_in_place([] {
      auto inner = workers(2);
      return inner.block_on(inner.spawn([]() -> Task<int> { co_return 6; }())).value();
    });
  }()));
  EXPECT_EQ(result.value(), 6);
}

TEST(BlockInPlaceAtTheEnd, hooks_see_each_thread_start_and_stop) {
  std::atomic<int> started{0};
  std::atomic<int> stopped{0};
  {
    auto rt = runtime::Builder::multi_thread()
                  .worker_threads(1)
                  .on_thread_start([&] { ++started; })
                  .on_thread_stop([&] { ++stopped; })
                  .build()
                  .value();
    auto open = gate();
    rt.block_on(rt.spawn([](Gate door) -> Task<> {
      task::spawn(opens(door));
      task::block_in_place([&] { door->wait(); });
      co_return;
    }(open))).value();
  }
  EXPECT_EQ(started, 2);
  EXPECT_EQ(stopped, 2);
}

}  // namespace
}  // namespace heddle_test
