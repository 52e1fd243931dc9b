// SPDX-License-Identifier: MIT
// What holds on every scheduler. After Tokio's rt_common.rs; the parts on spawning, aborting and the end of a runtime
// stand in the tests named so.
#include "support/task_fixture.hpp"

#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <semaphore>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;

class RtCommon : public OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, RtCommon, every_kind(), name_of);

hd::Task<int> chain(int depth) {
  if (depth == 0) co_return 0;
  auto next = hd::task::spawn(chain(depth - 1));
  co_return (co_await next).value() + 1;
}

/// Keeps the scheduler busy until the flag is set.
hd::Task<> load() {
  while (!RtCommon::flag) co_await hd::task::yield_now();
}

hd::Task<> client_and_server() {
  auto listener = (co_await hd::net::TcpListener::bind("127.0.0.1:0")).value();
  auto client = hd::task::spawn(
      [](hd::net::SocketAddr addr) -> hd::Task<std::size_t> {
        auto stream = (co_await hd::net::TcpStream::connect(addr)).value();
        std::array<std::byte, 4> buffer{};
        co_return (co_await stream.read(buffer)).value();
      },
      listener.local_addr().value());
  auto accepted = (co_await listener.accept()).value();
  const std::array<std::byte, 4> hello{};
  EXPECT_TRUE((co_await accepted.socket.write_all(std::span(hello))).has_value());
  EXPECT_EQ((co_await client).value(), 4U);
}

TEST_P(RtCommon, tasks_that_await_the_tasks_that_they_spawn) { EXPECT_EQ(run(chain(100)), 100); }

TEST_P(RtCommon, block_on_ends_under_load) {
  for (int i = 0; i < 8; ++i) static_cast<void>(runtime->spawn(load()));
  run([]() -> hd::Task<> {
    for (int i = 0; i < 100; ++i) co_await hd::task::yield_now();
  }());
  flag = true;
}

TEST_P(RtCommon, a_task_ends_under_load) {
  for (int i = 0; i < 8; ++i) static_cast<void>(runtime->spawn(load()));
  run(runtime->spawn([]() -> hd::Task<> {
    for (int i = 0; i < 100; ++i) co_await hd::task::yield_now();
  }())).value();
  flag = true;
}

TEST_P(RtCommon, a_task_from_another_thread_is_run_by_a_runtime_that_sleeps) {
  std::thread([handle = runtime->handle()] {
    static_cast<void>(handle.spawn([]() -> hd::Task<> {
      gate->open();
      co_return;
    }()));
  }).join();
  run([]() -> hd::Task<> { co_await gate->passed(); }());
}

TEST_P(RtCommon, a_task_from_another_thread_is_run_by_a_runtime_under_load) {
  for (int i = 0; i < 8; ++i) static_cast<void>(runtime->spawn(load()));
  std::thread spawner([handle = runtime->handle()] {
    static_cast<void>(handle.spawn([]() -> hd::Task<> {
      gate->open();
      co_return;
    }()));
  });
  run([]() -> hd::Task<> { co_await gate->passed(); }());
  flag = true;
  spawner.join();
}

TEST_P(RtCommon, sleeps_and_sockets_work_at_the_root_and_in_a_task) {
  run([]() -> hd::Task<> { co_await hd::time::sleep(1ms); }());
  run(runtime->spawn([]() -> hd::Task<> { co_await hd::time::sleep(1ms); }())).value();
  run(client_and_server());
  run(runtime->spawn(client_and_server())).value();
}

TEST_P(RtCommon, sleeps_and_sockets_work_within_a_blocking_call) {
  run([]() -> hd::Task<> {
    auto call = hd::task::spawn_blocking([] {
      hd::runtime::Handle::current().block_on(hd::time::sleep(1ms));
      hd::runtime::Handle::current().block_on(client_and_server());
    });
    (co_await call).value();
  }());
}

TEST_P(RtCommon, a_loop_that_is_always_ready_lets_sockets_and_timers_work) {
  for (int i = 0; i < 4; ++i) static_cast<void>(runtime->spawn(load()));
  run(client_and_server());
  run([]() -> hd::Task<> { co_await hd::time::sleep(1ms); }());
  flag = true;
}

TEST_P(RtCommon, a_runtime_may_be_made_used_and_destroyed_within_a_blocking_call_of_another) {
  run([]() -> hd::Task<> {
    auto call = hd::task::spawn_blocking(
        [](RuntimeKind kind) {
          auto inner = runtime_of(kind);
          return inner.block_on(inner.spawn([]() -> hd::Task<int> { co_return 4; }())).value();
        },
        GetParam());
    EXPECT_EQ((co_await call).value(), 4);
  }());
}

TEST_P(RtCommon, a_runtime_may_be_made_within_block_on_but_not_driven_there) {
  run([]() -> hd::Task<> {
    auto inner = runtime_of(GetParam());
    EXPECT_THROW(inner.block_on([]() -> hd::Task<> { co_return; }()), hd::BlockingInAsync);
    co_return;
  }());
}

TEST_P(RtCommon, a_guard_makes_spawn_work_outside) {
  std::optional<hd::task::JoinHandle<int>> task;
  {
    const hd::runtime::EnterGuard within = runtime->enter();
    task.emplace(hd::task::spawn([]() -> hd::Task<int> { co_return 3; }()));
  }
  EXPECT_EQ(run(*std::move(task)).value(), 3);
}

TEST_P(RtCommon, a_task_that_wakes_itself_as_the_runtime_ends_is_destroyed_once) {
  static std::optional<hd::Waker> waker;
  static_cast<void>(runtime->spawn([]() -> hd::Task<> {
    const DropCounter local(drops);
    const OnDrop wakes([] { waker->wake_by_ref(); });
    co_await hd::poll_fn([](hd::Context& cx) -> hd::Poll<void> {
      waker.emplace(cx.waker().clone());
      flag = true;
      return hd::Pending;
    });
  }()));
  run([]() -> hd::Task<> {
    while (!flag) co_await hd::task::yield_now();
  }());
  runtime.reset();
  EXPECT_EQ(drops, 1);
  waker.reset();
}

TEST_P(RtCommon, a_socket_that_gets_data_as_the_runtime_ends_breaks_nothing) {
  for (int round = 0; round < 10; ++round) {
    if (!runtime) runtime.emplace(runtime_of(GetParam()));
    flag = false;
    static std::optional<hd::net::TcpStream> writer;
    run([]() -> hd::Task<> {
      auto listener = (co_await hd::net::TcpListener::bind("127.0.0.1:0")).value();
      const auto addr = listener.local_addr().value();
      static_cast<void>(hd::task::spawn(
          [](hd::net::SocketAddr to) -> hd::Task<> {
            auto stream = (co_await hd::net::TcpStream::connect(to)).value();
            std::array<std::byte, 1> buffer{};
            for (;;) static_cast<void>(co_await stream.read(buffer));
          },
          addr));
      auto accepted = (co_await listener.accept()).value();
      writer.emplace(std::move(accepted.socket));
      const std::array<std::byte, 100> bytes{};
      static_cast<void>(co_await writer->write_all(std::span(bytes)));
    }());
    runtime.reset();
    writer.reset();
  }
}

TEST_P(RtCommon, a_runtime_in_a_thread_local_ends_with_its_thread) {
  static RuntimeKind kind;
  kind = GetParam();
  std::thread([] {
    thread_local std::optional<hd::runtime::Runtime> mine;
    mine.emplace(runtime_of(kind));
    mine->block_on([]() -> hd::Task<> { co_await hd::task::yield_now(); }());
    static_cast<void>(mine->spawn([]() -> hd::Task<> {
      const DropCounter local(drops);
      ++count;
      co_await hd::pending();
    }()));
    mine->block_on([]() -> hd::Task<> {
      while (count == 0) co_await hd::task::yield_now();
    }());
  }).join();
  EXPECT_EQ(drops, 1);
}

TEST_P(RtCommon, a_waker_in_a_thread_local_may_wake_at_the_end_of_its_thread) {
  struct WakesAtExit {
    ~WakesAtExit() {
      if (waker) std::move(*waker).wake();
    }
    std::optional<hd::Waker> waker;
  };
  static std::atomic<bool> handed_over;
  static std::optional<hd::Waker> waker;
  handed_over = false;
  auto waits = runtime->spawn(hd::poll_fn([first = true](hd::Context& cx) mutable -> hd::Poll<void> {
    if (!std::exchange(first, false)) return hd::Ready();
    waker.emplace(cx.waker().clone());
    handed_over = true;
    return hd::Pending;
  }));
  std::thread keeper([] {
    while (!handed_over) std::this_thread::yield();
    thread_local WakesAtExit at_exit;
    at_exit.waker.emplace(*std::exchange(waker, std::nullopt));
  });
  run(std::move(waits)).value();
  keeper.join();
}

TEST_P(RtCommon, many_pairs_that_wake_each_other_all_go_on) {
  constexpr int kPairs = 20;
  static std::array<Gate, kPairs>* gates;
  std::array<Gate, kPairs> all;
  gates = &all;
  std::vector<hd::task::JoinHandle<void>> tasks;
  for (int i = 0; i < kPairs; ++i) {
    tasks.push_back(runtime->spawn([](int n) -> hd::Task<> {
      for (int turn = 0; turn < 100; ++turn) {
        (*gates)[static_cast<std::size_t>((n + turn) % kPairs)].open();
        co_await hd::task::yield_now();
        co_await (*gates)[static_cast<std::size_t>((n + turn) % kPairs)].passed();
      }
    }(i)));
  }
  for (auto& task : tasks) run(std::move(task)).value();
}

}  // namespace
}  // namespace heddle_test
