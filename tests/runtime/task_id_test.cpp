// SPDX-License-Identifier: MIT
// Which task runs: in its body, in its calls, and in what is destroyed with it. Named after Tokio's task_id.rs.
#include "support/task_fixture.hpp"

#include <heddle/future/async.hpp>
#include <heddle/runtime/join_handle.hpp>
#include <heddle/runtime/local_set.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/runtime/spawn_blocking.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::task::Id;

class TaskId : public OnEachRuntime {
 protected:
  static inline std::optional<Id> seen;

  void SetUp() override {
    seen.reset();
    OnEachRuntime::SetUp();
  }

  /// Notes the task that destroys it.
  class NotesId {
   public:
    NotesId() noexcept : live_(true) {}
    NotesId(NotesId&& other) noexcept : live_(std::exchange(other.live_, false)) {}
    ~NotesId() {
      if (live_) seen = hd::task::try_id();
    }

   private:
    bool live_;
    HEDDLE_FIELDS(live_);
  };
};
INSTANTIATE_TEST_SUITE_P(On, TaskId, every_kind(), name_of);

hd::Task<Id> own_id() { co_return hd::task::id(); }

hd::Async<Id> id_after_a_turn() {
  co_await hd::task::yield_now();
  co_return hd::task::id();
}

TEST_P(TaskId, a_task_sees_the_id_that_its_handle_has) {
  auto task = runtime->spawn(own_id());
  const Id id = task.id();
  EXPECT_EQ(run(std::move(task)).value(), id);
}

TEST_P(TaskId, an_abort_handle_has_the_id_of_its_task) {
  auto task = runtime->spawn(own_id());
  EXPECT_EQ(task.abort_handle().id(), task.id());
}

TEST_P(TaskId, a_blocking_call_sees_the_id_that_its_handle_has) {
  auto call = runtime->spawn_blocking([] { return hd::task::id(); });
  const Id id = call.id();
  EXPECT_EQ(run(std::move(call)).value(), id);
}

TEST_P(TaskId, what_a_task_awaits_sees_the_same_id_before_and_after_it_suspends) {
  auto task = runtime->spawn([]() -> hd::Task<Id> {
    const Id before = hd::task::id();
    const Id within = co_await id_after_a_turn();
    EXPECT_EQ(within, before);
    co_return hd::task::id();
  }());
  const Id id = task.id();
  EXPECT_EQ(run(std::move(task)).value(), id);
}

TEST_P(TaskId, a_task_that_spawns_keeps_its_id_and_the_new_one_has_another) {
  auto task = runtime->spawn([]() -> hd::Task<Id> {
    const Id outer = hd::task::id();
    auto inner = co_await hd::task::spawn(own_id());
    EXPECT_NE(inner.value(), outer);
    EXPECT_EQ(hd::task::id(), outer);
    co_return outer;
  }());
  const Id id = task.id();
  EXPECT_EQ(run(std::move(task)).value(), id);
}

TEST_P(TaskId, no_two_tasks_have_the_same_id) {
  std::set<Id> ids;
  for (int i = 0; i < 100; ++i) ids.insert(run(runtime->spawn(own_id())).value());
  EXPECT_EQ(ids.size(), 100U);
}

TEST_P(TaskId, block_on_is_no_task) {
  EXPECT_EQ(run([]() -> hd::Task<std::optional<Id>> { co_return hd::task::try_id(); }()), std::nullopt);
}

TEST_P(TaskId, a_local_that_is_destroyed_as_its_task_ends_sees_the_task) {
  auto task = runtime->spawn([]() -> hd::Task<> {
    const NotesId local;
    co_await hd::task::yield_now();
  }());
  const Id id = task.id();
  run(std::move(task)).value();
  EXPECT_EQ(seen, id);
}

TEST_P(TaskId, a_parameter_that_is_destroyed_with_an_aborted_task_sees_the_task) {
  auto task = runtime->spawn([](NotesId) -> hd::Task<> {
    ++count;
    co_await gate->passed();
  }(NotesId()));
  run([]() -> hd::Task<> {
    while (count == 0) co_await hd::task::yield_now();
  }());
  const Id id = task.id();
  task.abort();
  EXPECT_TRUE(run(std::move(task)).error().is_cancelled());
  EXPECT_EQ(seen, id);
}

TEST_P(TaskId, a_join_error_has_the_id_of_its_task) {
  auto task = runtime->spawn([]() -> hd::Task<> {
    co_await hd::task::yield_now();
    throw 1;
  }());
  const Id id = task.id();
  EXPECT_EQ(run(std::move(task)).error().id(), id);
}

TEST_P(TaskId, a_local_task_sees_its_own_id) {
  const hd::task::LocalSet local;
  auto task = local.spawn_local(id_after_a_turn);
  const Id id = task.id();
  EXPECT_EQ(local.block_on(*runtime, std::move(task)).value(), id);
}

}  // namespace
}  // namespace heddle_test
