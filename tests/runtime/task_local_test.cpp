// SPDX-License-Identifier: MIT
// task::Local: a value for all that a future calls and awaits, on whichever thread, to its very end.
#include "support/task_fixture.hpp"

#include <heddle/future/async.hpp>
#include <heddle/future/join.hpp>
#include <heddle/runtime/local_set.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/task_local.hpp>
#include <heddle/sync/rc.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/mock_task.hpp"

namespace heddle_test {
namespace {

namespace hd = heddle;

constinit hd::task::Local<int> request;
constinit hd::task::Local<std::string> user;
constinit hd::task::Local<std::unique_ptr<int>> owned;
constinit hd::task::Local<hd::sync::Rc<int>> shared;

class TaskLocal : public OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, TaskLocal, every_kind(), name_of);

hd::Task<> expects_request(int value, int yields) {
  for (int i = 0; i < yields; ++i) {
    EXPECT_EQ(request.get(), value);
    request.with([&](const int& seen) { EXPECT_EQ(seen, value); });
    co_await hd::task::yield_now();
  }
  EXPECT_EQ(request.get(), value);
}

TEST_P(TaskLocal, each_task_sees_its_own_value_across_awaits_and_threads) {
  run([]() -> hd::Task<> {
    std::vector<hd::task::JoinHandle<void>> tasks;
    for (int i = 0; i < 20; ++i) tasks.push_back(hd::task::spawn(request.scope(i, expects_request(i, 30))));
    for (auto& task : tasks) EXPECT_TRUE((co_await task).has_value());
  }());
}

hd::Async<int> sum_with(const int& addend) {
  co_await hd::task::yield_now();
  co_return request.get() + addend;
}

TEST_P(TaskLocal, what_a_scope_awaits_may_borrow) {
  run([]() -> hd::Task<> {
    const int addend = 3;
    EXPECT_EQ(co_await request.scope(4, sum_with(addend)), 7);
  }());
}

TEST_P(TaskLocal, a_scope_inside_hides_the_value_and_gives_it_back) {
  run([]() -> hd::Task<> {
    co_await request.scope(1, []() -> hd::Task<> {
      co_await request.scope(2, expects_request(2, 2));
      EXPECT_EQ(request.get(), 1);
      EXPECT_EQ(request.sync_scope(3, [] { return request.get(); }), 3);
      EXPECT_EQ(request.get(), 1);
    }());
    EXPECT_FALSE(request.try_get().has_value());
  }());
}

TEST_P(TaskLocal, scopes_side_by_side_in_one_task_do_not_see_each_other) {
  run([]() -> hd::Task<> {
    co_await hd::join(request.scope(1, expects_request(1, 5)), request.scope(2, expects_request(2, 5)));
  }());
}

TEST_P(TaskLocal, keys_are_independent) {
  run([]() -> hd::Task<> {
    auto inner = []() -> hd::Task<> {
      EXPECT_EQ(request.get(), 1);
      EXPECT_EQ(user.get(), "anna");
      co_return;
    };
    co_await request.scope(1, user.scope("anna", inner()));
  }());
}

TEST_P(TaskLocal, a_spawned_task_has_no_value_unless_it_is_given_one) {
  run([]() -> hd::Task<> {
    co_await request.scope(1, []() -> hd::Task<> {
      auto without = hd::task::spawn([]() -> hd::Task<bool> { co_return request.try_get().has_value(); }());
      EXPECT_FALSE((co_await without).value());
      EXPECT_TRUE((co_await hd::task::spawn(request.scope(request.get(), expects_request(1, 1)))).has_value());
    }());
  }());
}

TEST_P(TaskLocal, a_read_outside_of_a_scope_says_so) {
  try {
    static_cast<void>(request.get());
    FAIL();
  } catch (const hd::task::AccessError& error) {
    EXPECT_STREQ(error.what(), "a task-local has no value here: read it within its scope()");
  }
  EXPECT_THROW(request.with([](const int&) {}), hd::task::AccessError);
  EXPECT_FALSE(request.try_with([](const int&) {}).has_value());
  EXPECT_FALSE(request.try_get().has_value());
}

TEST_P(TaskLocal, try_with_gives_what_the_function_returns) {
  user.sync_scope("eve", [] {
    EXPECT_EQ(user.try_with([](const std::string& name) { return name.size(); }).value(), 3U);
    EXPECT_TRUE(user.try_with([](const std::string&) {}).has_value());
    EXPECT_EQ(user.try_get().value(), "eve");
  });
}

TEST_P(TaskLocal, a_value_need_not_be_copied) {
  run([]() -> hd::Task<> {
    auto value = std::make_unique<int>(8);
    EXPECT_EQ(co_await owned.scope(
                  std::move(value),
                  []() -> hd::Task<int> { co_return owned.with([](const std::unique_ptr<int>& n) { return *n; }); }()),
              8);
  }());
}

/// Ready at once or never; notes which request it sees when it is dropped.
class SeesRequest {
 public:
  using Output = void;
  SeesRequest(bool ready, std::atomic<int>& seen) noexcept : ready_(ready), seen_(&seen) {}
  SeesRequest(SeesRequest&& other) noexcept : ready_(other.ready_), seen_(std::exchange(other.seen_, nullptr)) {}
  ~SeesRequest() {
    if (seen_ != nullptr) *seen_ = request.try_get().value_or(-1);
  }
  hd::Poll<void> poll(hd::Context&) const {
    if (ready_) return hd::Ready();
    return hd::Pending;
  }

 private:
  bool ready_;
  std::atomic<int>* seen_;

  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_OWNED(true);
};

TEST_P(TaskLocal, the_value_is_there_when_an_aborted_task_is_dropped) {
  auto task = runtime->spawn(request.scope(42, SeesRequest(false, count)));
  run(hd::task::yield_now());
  task.abort();
  EXPECT_TRUE(runtime->block_on(task).error().is_cancelled());
  EXPECT_EQ(count, 42);
}

TEST_P(TaskLocal, the_value_is_there_when_a_future_that_has_ended_is_dropped) {
  auto task = runtime->spawn(request.scope(42, SeesRequest(true, count)));
  EXPECT_TRUE(runtime->block_on(task).has_value());
  EXPECT_EQ(count, 42);
}

TEST_P(TaskLocal, the_value_is_there_when_a_runtime_drops_its_tasks) {
  static_cast<void>(runtime->spawn(request.scope(43, SeesRequest(false, count))));
  runtime.reset();
  EXPECT_EQ(count, 43);
}

TEST_P(TaskLocal, the_value_is_there_when_a_scope_is_dropped_before_it_was_polled) {
  { auto dropped = request.scope(5, SeesRequest(false, count)); }
  EXPECT_EQ(count, 5);
}

TEST_P(TaskLocal, the_value_goes_after_the_future) {
  static std::atomic<int>* order;
  order = &count;
  struct Value {
    bool mine = true;
    Value() = default;
    Value(Value&& other) noexcept : mine(std::exchange(other.mine, false)) {}
    ~Value() {
      if (!mine) return;
      EXPECT_EQ(*order, -1);  // noted by the future: no request here
    }
  };
  static constinit hd::task::Local<Value> key;
  hd::test::MockTask task;
  {
    auto scope = key.scope(Value(), SeesRequest(false, count));
    EXPECT_TRUE(task.poll(scope).is_pending());
  }
  EXPECT_EQ(count, -1);
}

TEST_P(TaskLocal, dropped_at_any_suspension_it_drops_the_future_with_the_value_set) {
  for (int k = 0; k < 4; ++k) {
    count = 0;
    hd::test::MockTask task;
    {
      auto scope = request.scope(k + 1, [](SeesRequest) -> hd::Task<> {
        for (;;) co_await hd::task::yield_now();
      }(SeesRequest(false, count)));
      for (int polls = 0; polls < k; ++polls) EXPECT_TRUE(task.poll(scope).is_pending());
    }
    EXPECT_EQ(count, k + 1);
    EXPECT_FALSE(request.try_get().has_value());
  }
}

TEST_P(TaskLocal, take_value_gives_the_value_once_before_or_after_the_end) {
  auto scope = request.scope(1, hd::ready());
  EXPECT_EQ(scope.take_value(), 1);
  EXPECT_EQ(scope.take_value(), std::nullopt);

  hd::test::MockTask task;
  auto ended = owned.scope(std::make_unique<int>(2), hd::ready());
  EXPECT_TRUE(task.poll(ended).is_ready());
  EXPECT_EQ(**ended.take_value(), 2);
}

TEST_P(TaskLocal, without_its_value_a_scope_hides_the_outer_one) {
  request.sync_scope(7, [] {
    auto scope = request.scope(
        1, hd::poll_fn([](hd::Context&) -> hd::Poll<bool> { return hd::Ready(request.try_get().has_value()); }));
    EXPECT_EQ(scope.take_value(), 1);
    hd::test::MockTask task;
    EXPECT_FALSE(task.poll(scope).take());
  });
}

TEST_P(TaskLocal, polled_after_its_end_it_says_so) {
  auto scope = request.scope(1, hd::ready());
  hd::test::MockTask task;
  EXPECT_TRUE(task.poll(scope).is_ready());
  EXPECT_THROW(static_cast<void>(task.poll(scope)), hd::PolledAfterCompletion);
}

TEST_P(TaskLocal, an_exception_that_leaves_the_future_leaves_the_scope_too) {
  run([]() -> hd::Task<> {
    try {
      co_await request.scope(1, []() -> hd::Task<> {
        co_await hd::task::yield_now();
        throw std::runtime_error("no");
      }());
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::runtime_error&) {
    }
    EXPECT_FALSE(request.try_get().has_value());
  }());
}

TEST_P(TaskLocal, around_block_on_it_holds_for_the_future_and_not_for_the_tasks) {
  request.sync_scope(9, [] {
    run([]() -> hd::Task<> {
      EXPECT_EQ(request.get(), 9);
      auto task = hd::task::spawn([]() -> hd::Task<bool> { co_return request.try_get().has_value(); }());
      EXPECT_FALSE((co_await task).value());
      EXPECT_EQ(request.get(), 9);
    }());
  });
}

TEST_P(TaskLocal, local_tasks_have_values_of_their_own_which_need_not_be_send) {
  hd::task::LocalSet set;
  auto inside = set.spawn_local(shared.scope(hd::sync::Rc<int>::make(5), hd::poll_fn([](hd::Context&) -> hd::Poll<int> {
                                               EXPECT_FALSE(request.try_get().has_value());
                                               return hd::Ready(
                                                   shared.with([](const hd::sync::Rc<int>& value) { return *value; }));
                                             })));
  EXPECT_EQ(runtime->block_on(request.scope(6, set.run_until(inside))).value(), 5);
}

TEST_P(TaskLocal, a_local_task_that_its_set_drops_sees_its_own_value) {
  std::optional<hd::task::LocalSet> set(std::in_place);
  static_cast<void>(set->spawn_local(request.scope(8, SeesRequest(false, count))));
  request.sync_scope(1, [&] { set.reset(); });
  EXPECT_EQ(count, 8);
}

}  // namespace
}  // namespace heddle_test
