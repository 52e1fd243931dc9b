// SPDX-License-Identifier: MIT
// When there must be no deadlock report: as long as somebody can act.
#include "deadlock/with_deadlock_hook.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <string>
#include <thread>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;

class NoDeadlockReport : public WithDeadlockHook {};

INSTANTIATE_TEST_SUITE_P(, NoDeadlockReport, every_kind(), name_of);

hd::Task<> sleep_then_send(hd::mpsc::Sender<int> tx) {
  co_await hd::time::sleep(kManyPeriods);
  co_await tx.send_async(1);
}

TEST_P(NoDeadlockReport, comes_while_a_timer_is_armed) {
  EXPECT_EQ(report_of([]() -> hd::Task<> {
              auto [tx, rx] = hd::mpsc::channel<int>();
              hd::task::spawn(sleep_then_send(std::move(tx)));
              while (auto message = co_await rx.recv_async()) {
              }
            }()),
            "");
}

hd::Task<> send_when_connected(hd::mpsc::Sender<int> tx, hd::net::TcpListener listener) {
  static_cast<void>(co_await listener.accept());
  co_await tx.send_async(1);
}

TEST_P(NoDeadlockReport, comes_while_a_task_waits_for_a_socket) {
  auto its_runtime = runtime();
  auto listener = its_runtime.block_on(hd::net::TcpListener::bind("127.0.0.1:0")).value();
  const hd::net::SocketAddr address = listener.local_addr().value();
  std::jthread peer([address] {
    std::this_thread::sleep_for(kManyPeriods);
    auto own = hd::runtime::Builder::current_thread().build().value();
    static_cast<void>(own.block_on(hd::net::TcpStream::connect(address)));
  });
  auto [tx, rx] = hd::mpsc::channel<int>();
  its_runtime.spawn(send_when_connected(std::move(tx), std::move(listener)));
  EXPECT_EQ(its_runtime.block_on(rx.recv_async()), 1);
  peer.join();
}

TEST_P(NoDeadlockReport, comes_while_a_blocking_call_runs) {
  EXPECT_EQ(report_of([]() -> hd::Task<> {
              auto [tx, rx] = hd::mpsc::channel<int>();
              const auto call = [](hd::mpsc::Sender<int> its) {
                std::this_thread::sleep_for(kManyPeriods);
                its.send(1).value();
              };
              hd::task::spawn_blocking(call, std::move(tx));
              while (auto message = co_await rx.recv_async()) {
              }
            }()),
            "");
}

TEST_P(NoDeadlockReport, comes_while_a_task_runs) {
  EXPECT_EQ(report_of([]() -> hd::Task<> {
              auto [tx, rx] = hd::mpsc::channel<int>();
              auto busy = [](hd::mpsc::Sender<int> its) -> hd::Task<> {
                const auto end = std::chrono::steady_clock::now() + kManyPeriods;
                while (std::chrono::steady_clock::now() < end) co_await hd::task::yield_now();
                co_await its.send_async(1);
              };
              hd::task::spawn(busy(std::move(tx)));
              while (auto message = co_await rx.recv_async()) {
              }
            }()),
            "");
}

TEST_P(NoDeadlockReport, comes_while_another_runtime_can_act) {
  auto its_runtime = runtime();
  auto [tx, rx] = hd::mpsc::channel<int>();
  std::latch started(1);
  std::jthread other([&started, kind = GetParam(), tx = std::move(tx)]() mutable {
    auto own = runtime_of(kind);
    own.block_on(hd::poll_fn([&, sends = own.spawn(sleep_then_send(std::move(tx)))](hd::Context& cx) mutable {
      if (!started.try_wait()) started.count_down();
      return sends.poll(cx);
    })).value();
  });
  started.wait();
  EXPECT_EQ(its_runtime.block_on(rx.recv_async()), 1);
  other.join();
}

TEST_P(NoDeadlockReport, comes_while_another_threads_block_on_is_in_a_poll) {
  auto its_runtime = runtime();
  auto [tx, rx] = hd::mpsc::channel<int>();
  std::latch started(1);
  std::jthread other([&started, kind = GetParam(), tx = std::move(tx)]() mutable {
    auto own = runtime_of(kind);
    own.block_on(hd::poll_fn([&](hd::Context&) -> hd::Poll<void> {
      started.count_down();
      std::this_thread::sleep_for(kManyPeriods);
      tx.send(1).value();
      return hd::Ready();
    }));
  });
  started.wait();
  EXPECT_EQ(its_runtime.block_on(rx.recv_async()), 1);
  other.join();
}

TEST_P(NoDeadlockReport, names_a_channel_that_only_a_thread_waits_in) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  std::jthread waits([rx = std::move(rx)] { static_cast<void>(rx.recv()); });
  const std::string report = report_of([]() -> hd::Task<> {
    auto [one, answer] = hd::oneshot::channel<int>();
    static_cast<void>(co_await answer);
  }());
  EXPECT_TRUE(names(report, "the oneshot channel")) << report;
  EXPECT_FALSE(names(report, "the mpsc channel")) << report;
  { const auto gone = std::move(tx); }
  waits.join();
}

}  // namespace
}  // namespace heddle_test
