// SPDX-License-Identifier: MIT
// Handle::block_on, before and after the runtime's end. After Tokio's rt_handle_block_on.rs.
#include "support/task_fixture.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::runtime::Handle;

/// On a current-thread runtime somebody must drive timers and sockets: a thread in block_on.
class RtHandleBlockOn : public OnEachRuntime {
 protected:
  void SetUp() override {
    OnEachRuntime::SetUp();
    handle.emplace(runtime->handle());
    driver = std::thread([] { runtime->block_on(gate->passed()); });
  }
  void TearDown() override {
    stop_driving();
    handle.reset();
    OnEachRuntime::TearDown();
  }
  void stop_driving() {
    gate->open();
    if (driver.joinable()) driver.join();
  }
  void end() {
    stop_driving();
    runtime.reset();
  }
  static inline std::optional<Handle> handle;
  std::thread driver;
};
INSTANTIATE_TEST_SUITE_P(On, RtHandleBlockOn, every_kind(), name_of);

TEST_P(RtHandleBlockOn, gives_what_the_future_gives) {
  EXPECT_EQ(handle->block_on([]() -> hd::Task<int> { co_return 1; }()), 1);
}

TEST_P(RtHandleBlockOn, channels_to_tasks_work) {
  auto [tx, rx] = hd::mpsc::sync_channel<int>(1);
  auto task = handle->spawn([](hd::mpsc::Sender<int> sender) -> hd::Task<> {
    for (int i = 0; i < 10; ++i) (co_await sender.send_async(i)).value();
  }(std::move(tx)));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(handle->block_on(rx.recv_async()).value(), i);
  EXPECT_TRUE(handle->block_on(std::move(task)).has_value());
}

TEST_P(RtHandleBlockOn, a_blocking_call_works) {
  EXPECT_EQ(handle->block_on([]() -> hd::Task<int> {
              auto call = hd::task::spawn_blocking([] { return 5; });
              co_return (co_await call).value();
            }()),
            5);
}

TEST_P(RtHandleBlockOn, a_blocking_call_after_the_end_is_cancelled) {
  end();
  const hd::runtime::EnterGuard within = handle->enter();
  auto call = hd::task::spawn_blocking([] { ++count; });
  EXPECT_TRUE(handle->block_on(std::move(call)).error().is_cancelled());
  EXPECT_EQ(count, 0);
}

TEST_P(RtHandleBlockOn, a_blocking_call_that_began_before_the_end_goes_on) {
  static std::binary_semaphore begun(0), go(0);
  auto call = handle->spawn_blocking([] {
    begun.release();
    go.acquire();
    return 6;
  });
  begun.acquire();
  stop_driving();
  std::move(*runtime).shutdown_background();
  go.release();
  EXPECT_EQ(handle->block_on(std::move(call)).value(), 6);
}

TEST_P(RtHandleBlockOn, a_listener_binds_before_the_end_and_not_after_it) {
  EXPECT_TRUE(handle->block_on(hd::net::TcpListener::bind("127.0.0.1:0")).has_value());
  end();
  EXPECT_FALSE(handle->block_on(hd::net::TcpListener::bind("127.0.0.1:0")).has_value());
}

TEST_P(RtHandleBlockOn, a_connection_is_refused_after_the_end) {
  auto listener = handle->block_on(hd::net::TcpListener::bind("127.0.0.1:0")).value();
  const auto addr = listener.local_addr().value();
  end();
  EXPECT_FALSE(handle->block_on(hd::net::TcpStream::connect(addr)).has_value());
}

TEST_P(RtHandleBlockOn, nests_in_a_blocking_call_within_a_task) {
  EXPECT_EQ(handle->block_on([]() -> hd::Task<int> {
              auto call = hd::task::spawn_blocking([] {
                return Handle::current().block_on([]() -> hd::Task<int> {
                  auto inner = hd::task::spawn([]() -> hd::Task<int> { co_return 7; }());
                  co_return (co_await inner).value();
                }());
              });
              co_return (co_await call).value();
            }()),
            7);
}

TEST_P(RtHandleBlockOn, within_a_task_is_refused) {
  handle->block_on([]() -> hd::Task<> {
    EXPECT_THROW(handle->block_on([]() -> hd::Task<> { co_return; }()), hd::BlockingInAsync);
    co_return;
  }());
}

TEST_P(RtHandleBlockOn, a_task_spawned_after_the_end_is_cancelled) {
  end();
  auto task = handle->spawn([]() -> hd::Task<> { co_return; }());
  EXPECT_TRUE(handle->block_on(std::move(task)).error().is_cancelled());
}

TEST_P(RtHandleBlockOn, a_sleep_ends) { handle->block_on(hd::time::sleep(1ms)); }

TEST_P(RtHandleBlockOn, a_sleep_after_the_end_says_so) {
  end();
  EXPECT_THROW(handle->block_on(hd::time::sleep(24h)), hd::runtime::RuntimeShutDown);
}

}  // namespace
}  // namespace heddle_test
