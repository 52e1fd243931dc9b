// SPDX-License-Identifier: MIT
// Handles and guards. After Tokio's rt_handle.rs. Tokio panics where guards end in another order than they began in; here
// a guard can't be moved, so its scope ends before that of the one before it.
#include "support/task_fixture.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <type_traits>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::runtime::EnterGuard;
using hd::runtime::Handle;

static_assert(!std::is_move_constructible_v<EnterGuard> && !std::is_move_assignable_v<EnterGuard>);

class RtHandle : public OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, RtHandle, every_kind(), name_of);

TEST_P(RtHandle, entering_twice_and_leaving_twice_leaves) {
  {
    const EnterGuard outer = runtime->enter();
    {
      const EnterGuard inner = runtime->enter();
      EXPECT_TRUE(Handle::try_current().has_value());
    }
    EXPECT_TRUE(Handle::try_current().has_value());
  }
  EXPECT_FALSE(Handle::try_current().has_value());
}

TEST_P(RtHandle, entering_another_runtime_leads_back_to_the_first) {
  auto other = runtime_of(GetParam());
  const auto is_current = [](hd::runtime::Runtime& of) {
    const auto before = of.metrics().spawned_tasks_count();
    static_cast<void>(Handle::current().spawn([]() -> hd::Task<> { co_return; }()));
    return of.metrics().spawned_tasks_count() == before + 1;
  };
  const EnterGuard outer = runtime->enter();
  EXPECT_TRUE(is_current(*runtime));
  {
    const EnterGuard inner = other.enter();
    EXPECT_TRUE(is_current(other));
  }
  EXPECT_TRUE(is_current(*runtime));
}

TEST_P(RtHandle, a_guard_may_outlive_the_runtime) {
  const EnterGuard guard = runtime->enter();
  runtime.reset();
  EXPECT_TRUE(hd::task::spawn([]() -> hd::Task<> { co_return; }()).is_finished());
}

TEST_P(RtHandle, tasks_that_hold_handles_of_their_own_runtime_are_destroyed_with_it) {
  auto [tx, rx] = hd::mpsc::channel<hd::runtime::Handle>();
  static_cast<void>(runtime->spawn(
      [](hd::mpsc::Receiver<Handle> receiver, Handle, DropCounter) -> hd::Task<> {
        const auto handle = co_await receiver.recv_async();
        ++count;
        co_await hd::pending();
      }(std::move(rx), runtime->handle(), DropCounter(drops))));
  tx.send(runtime->handle()).value();
  run([]() -> hd::Task<> {
    while (count == 0) co_await hd::task::yield_now();
  }());
  runtime.reset();
  EXPECT_EQ(drops, 1);
}

}  // namespace
}  // namespace heddle_test
