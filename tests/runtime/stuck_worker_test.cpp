// SPDX-License-Identifier: MIT
// A task that blocks its worker's thread, without saying so, holds up nothing else. Without the monitor these tests hang.
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/runtime/block_in_place.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include "runtime/current.hpp"
#include "runtime/multi_thread.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <latch>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

using namespace std::chrono_literals;
using heddle::Task;
namespace net = heddle::net;
namespace runtime = heddle::runtime;
namespace task = heddle::task;

using Gate = std::shared_ptr<std::latch>;
Gate gate(std::ptrdiff_t count = 1) { return std::make_shared<std::latch>(count); }

Task<> opens(Gate to_open) {
  to_open->count_down();
  co_return;
}

/// How a task holds its thread: asleep in the kernel, or computing.
enum class How { kBlocked, kComputing };
void hold(How how, const std::latch& until) {
  if (how == How::kBlocked) return until.wait();
  while (!until.try_wait()) {
  }
}

struct Case {
  How how;
  std::size_t workers;
};

class StuckWorker : public testing::TestWithParam<Case> {
 protected:
  void run(Task<> body) { runtime_.block_on(runtime_.spawn(std::move(body))).value(); }

  runtime::Runtime runtime_ = runtime::Builder::multi_thread().worker_threads(GetParam().workers).build().value();
};

INSTANTIATE_TEST_SUITE_P(, StuckWorker,
                         testing::Values(Case{How::kBlocked, 1}, Case{How::kBlocked, 2}, Case{How::kComputing, 1},
                                         Case{How::kComputing, 2}),
                         [](const auto& each) {
                           return std::string(each.param.how == How::kBlocked ? "blocked_" : "computing_") +
                                  (each.param.workers == 1 ? "one_worker" : "two_workers");
                         });

TEST_P(StuckWorker, the_task_in_its_slot_runs_elsewhere) {
  run([](How how, Gate open) -> Task<> {
    task::spawn(opens(open));
    hold(how, *open);
    co_return;
  }(GetParam().how, gate()));
}

TEST_P(StuckWorker, the_tasks_in_its_queue_run_elsewhere) {
  run([](How how, Gate open) -> Task<> {
    for (int i = 0; i < 100; ++i) task::spawn(opens(open));
    hold(how, *open);
    co_return;
  }(GetParam().how, gate(100)));
}

TEST_P(StuckWorker, timers_fire) {
  run([](How how, Gate open) -> Task<> {
    task::spawn([](Gate to_open) -> Task<> {
      co_await heddle::time::sleep(1ms);
      to_open->count_down();
    }(open));
    co_await task::yield_now();  // armed, in this worker's wheel
    hold(how, *open);
  }(GetParam().how, gate()));
}

TEST_P(StuckWorker, sockets_go_on) {
  run([](How how, Gate open) -> Task<> {
    auto listener = (co_await net::TcpListener::bind("127.0.0.1:0")).value();
    const auto address = listener.local_addr().value();
    auto server = task::spawn([](net::TcpListener own, Gate to_open) -> Task<> {
      auto accepted = (co_await own.accept()).value();
      std::array<std::byte, 1> byte;
      EXPECT_EQ((co_await accepted.socket.read(byte)).value(), 1U);
      to_open->count_down();
    }(std::move(listener), open));
    auto client = (co_await net::TcpStream::connect(address)).value();
    const std::array<std::byte, 1> byte{};
    EXPECT_TRUE((co_await client.write_all(byte)).has_value());
    hold(how, *open);
    EXPECT_TRUE((co_await server).has_value());
  }(GetParam().how, gate()));
}

TEST_P(StuckWorker, tasks_from_outside_run) {
  auto inside = gate();
  auto open = gate();
  std::vector<task::JoinHandle<void>> stuck;
  for (std::size_t i = 0; i < GetParam().workers; ++i) {
    stuck.push_back(runtime_.spawn([](How how, Gate door) -> Task<> {
      hold(how, *door);
      co_return;
    }(GetParam().how, open)));
  }
  runtime_.block_on(runtime_.spawn(opens(open))).value();
  for (auto& held : stuck) runtime_.block_on(held).value();
}

TEST_P(StuckWorker, what_it_wakes_itself_while_it_is_stuck_runs_elsewhere) {
  run([](How how, Gate open) -> Task<> {
    // The first round makes sure that the core is gone, the second schedules without it.
    auto taken = gate();
    task::spawn(opens(taken));
    hold(how, *taken);
    task::spawn(opens(open));
    hold(how, *open);
    co_return;
  }(GetParam().how, gate()));
}

TEST_P(StuckWorker, its_task_goes_on_afterwards) {
  run([](How how) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      auto open = gate();
      task::spawn(opens(open));
      hold(how, *open);
      co_await task::yield_now();
      co_await heddle::time::sleep(1ms);
      EXPECT_TRUE((co_await task::spawn([]() -> Task<> { co_return; }())).has_value());
    }
  }(GetParam().how));
}

TEST_P(StuckWorker, a_task_that_awaits_it_is_woken_when_it_ends) {
  run([](How how) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      auto stuck = task::spawn([](How by) -> Task<> {
        auto taken = gate();
        task::spawn(opens(taken));
        hold(by, *taken);
        // The core's new thread has nothing left to do, and falls asleep, or is about to.
        std::this_thread::sleep_for(3ms);
        co_return;
      }(how));
      EXPECT_TRUE((co_await stuck).has_value());
    }
  }(GetParam().how));
}

TEST_P(StuckWorker, may_block_in_place_afterwards) {
  run([](How how) -> Task<> {
    auto first = gate();
    task::spawn(opens(first));
    hold(how, *first);
    auto second = gate();
    task::spawn(opens(second));
    task::block_in_place([&] { second->wait(); });
    auto third = gate();
    task::spawn(opens(third));
    hold(how, *third);
    co_return;
  }(GetParam().how));
}

TEST_P(StuckWorker, a_destructor_that_blocks_is_one_too) {
  struct Blocks {
    How how;
    Gate door;
    Blocks(How by, Gate to_open) : how(by), door(std::move(to_open)) {}
    Blocks(Blocks&&) = default;
    ~Blocks() {
      if (door == nullptr) return;
      task::spawn(opens(door));
      hold(how, *door);
    }
    using Output = void;
    heddle::Poll<void> poll(heddle::Context&) { return heddle::Pending; }
  };
  auto victim = runtime_.spawn([](How how) -> Task<> { co_await Blocks(how, gate()); }(GetParam().how));
  run([]() -> Task<> { co_return; }());
  victim.abort();
  EXPECT_FALSE(runtime_.block_on(victim).has_value());
}

TEST_P(StuckWorker, the_end_waits_for_it) {
  auto inside = gate();
  auto open = gate();
  auto ended = std::make_shared<std::atomic<bool>>(false);
  std::thread opener;
  {
    auto rt = runtime::Builder::multi_thread().worker_threads(GetParam().workers).build().value();
    rt.spawn([](How how, Gate in, Gate door, std::shared_ptr<std::atomic<bool>> done) -> Task<> {
      auto taken = gate();
      task::spawn(opens(taken));
      hold(how, *taken);
      in->count_down();
      hold(how, *door);
      *done = true;
      co_return;
    }(GetParam().how, inside, open, ended));
    inside->wait();
    opener = std::thread([&] { open->count_down(); });
  }
  EXPECT_TRUE(*ended);
  opener.join();
}

TEST(StuckWorkers, a_timer_that_one_armed_fires_while_another_sleeps_in_the_driver) {
  auto rt = runtime::Builder::multi_thread().worker_threads(2).build().value();
  for (int i = 0; i < 10; ++i) {
    rt.block_on(heddle::time::sleep(2ms));  // both sleep
    rt.block_on(rt.spawn([]() -> Task<> {
      // As if it had measured short polls: two tasks are not worth waking the other worker for.
      static_cast<runtime::detail::Seat*>(runtime::detail::current().worker)->core.load()->assume_poll_length(100);
      auto open = gate();
      task::spawn([](Gate to_open) -> Task<> {
        co_await heddle::time::sleep(1ms);
        to_open->count_down();
      }(open));
      co_await task::yield_now();
      open->wait();
    }())).value();
  }
}

TEST(StuckWorkers, a_timer_armed_by_one_whose_core_is_gone_fires) {
  auto rt = runtime::Builder::multi_thread().worker_threads(1).build().value();
  rt.block_on(rt.spawn([]() -> Task<> {
    auto taken = gate();
    task::spawn(opens(taken));
    taken->wait();
    // The core's new thread sleeps by now, or will when it has looked: at no timer.
    std::this_thread::sleep_for(5ms);
    co_await heddle::time::sleep(1ms);
  }())).value();
}

TEST(StuckWorkers, each_that_is_blocked_is_replaced) {
  // All wait for the last: far more than there are workers, and none says so.
  constexpr int kTasks = 12;
  auto rt = runtime::Builder::multi_thread().worker_threads(2).build().value();
  auto all = gate(kTasks);
  std::vector<task::JoinHandle<void>> tasks;
  for (int i = 0; i < kTasks; ++i) {
    tasks.push_back(rt.spawn([](Gate door) -> Task<> {
      door->arrive_and_wait();
      co_return;
    }(all)));
  }
  for (auto& blocked : tasks) rt.block_on(blocked).value();
}

}  // namespace
}  // namespace heddle_test
