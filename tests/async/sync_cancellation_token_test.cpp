// SPDX-License-Identifier: MIT
// CancellationToken: the cases of tokio-util's sync_cancellation_token.rs, and our own promises.
#include <heddle/async/cancellation_token.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>

#include "support/polled.hpp"
#include "support/tracked.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <thread>
#include <vector>

namespace {

using heddle::async::CancellationToken;
using heddle::test::Lives;
using heddle::test::Polled;
using heddle::test::Tracked;
using heddle::test::YieldTimes;

auto cancelled(const CancellationToken& token) {
  return Polled([&token] { return token.cancelled(); });
}

TEST(AsyncCancellationToken, cancel_token) {
  const CancellationToken token;
  EXPECT_FALSE(token.is_cancelled());
  auto waiting = cancelled(token);
  EXPECT_TRUE(waiting.pending());
  token.cancel();
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_TRUE(waiting.poll().is_ready());
  EXPECT_TRUE(token.is_cancelled());
  auto after = cancelled(token);
  EXPECT_TRUE(after.poll().is_ready());
}

TEST(AsyncCancellationToken, cancel_token_owned) {
  CancellationToken token;
  Polled waiting([&] { return CancellationToken::cancelled_owned(token.clone()); });
  EXPECT_TRUE(waiting.pending());
  token.cancel();
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_TRUE(waiting.poll().is_ready());
}

TEST(AsyncCancellationToken, cancel_token_owned_drop_test) {
  CancellationToken token;
  Polled waiting([&] { return CancellationToken::cancelled_owned(std::move(token)); });
  EXPECT_TRUE(waiting.pending());
  waiting.drop();
  EXPECT_EQ(waiting.take_wakes(), 0);
}

TEST(AsyncCancellationToken, cancel_child_token_through_parent) {
  const CancellationToken parent;
  const CancellationToken child = parent.child_token();
  EXPECT_FALSE(child.is_cancelled());
  auto of_child = cancelled(child);
  auto of_parent = cancelled(parent);
  EXPECT_TRUE(of_child.pending());
  EXPECT_TRUE(of_parent.pending());
  parent.cancel();
  EXPECT_EQ(of_child.take_wakes(), 1);
  EXPECT_EQ(of_parent.take_wakes(), 1);
  EXPECT_TRUE(of_child.poll().is_ready());
  EXPECT_TRUE(of_parent.poll().is_ready());
  EXPECT_TRUE(child.is_cancelled());
}

TEST(AsyncCancellationToken, cancel_grandchild_token_through_parent_if_child_was_dropped) {
  const CancellationToken token;
  std::optional<CancellationToken> child = token.child_token();
  const CancellationToken grandchild = child->child_token();
  child.reset();
  auto waiting = cancelled(grandchild);
  EXPECT_TRUE(waiting.pending());
  token.cancel();
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_TRUE(waiting.poll().is_ready());
}

TEST(AsyncCancellationToken, cancel_child_token_without_parent) {
  const CancellationToken parent;
  const CancellationToken first = parent.child_token();
  auto of_parent = cancelled(parent);
  auto of_first = cancelled(first);
  EXPECT_TRUE(of_parent.pending());
  EXPECT_TRUE(of_first.pending());
  first.cancel();
  EXPECT_FALSE(parent.is_cancelled());
  EXPECT_EQ(of_first.take_wakes(), 1);
  EXPECT_EQ(of_parent.take_wakes(), 0);
  const CancellationToken second = parent.child_token();
  EXPECT_FALSE(second.is_cancelled());
  parent.cancel();
  EXPECT_TRUE(second.is_cancelled());
  EXPECT_EQ(of_parent.take_wakes(), 1);
}

TEST(AsyncCancellationToken, create_child_token_after_parent_was_cancelled) {
  for (const bool child_first : {true, false}) {
    std::optional<CancellationToken> parent(std::in_place);
    parent->cancel();
    std::optional<CancellationToken> child = parent->child_token();
    EXPECT_TRUE(child->is_cancelled());
    {
      auto waiting = cancelled(*child);
      EXPECT_TRUE(waiting.poll().is_ready());
    }
    (child_first ? child : parent).reset();
  }
}

TEST(AsyncCancellationToken, drop_multiple_child_tokens) {
  for (const bool drop_first : {true, false}) {
    const CancellationToken token;
    std::array<std::optional<CancellationToken>, 3> children;
    for (auto& child : children) child = token.child_token();
    children[drop_first ? 0 : 1].reset();
    token.cancel();
    for (auto& child : children) {
      if (child) {
        EXPECT_TRUE(child->is_cancelled());
      }
    }
  }
}

TEST(AsyncCancellationToken, cancel_only_all_descendants) {
  const CancellationToken root;
  const CancellationToken token = root.child_token();
  const CancellationToken sibling = root.child_token();
  const CancellationToken child_1 = token.child_token();
  const CancellationToken child_2 = token.child_token();
  const CancellationToken grandchild = child_1.child_token();
  const CancellationToken grandchild_2 = child_2.child_token();
  const CancellationToken great_grandchild = grandchild.child_token();
  token.cancel();
  EXPECT_FALSE(root.is_cancelled());
  EXPECT_FALSE(sibling.is_cancelled());
  for (const CancellationToken* below : {&token, &child_1, &child_2, &grandchild, &grandchild_2, &great_grandchild}) {
    EXPECT_TRUE(below->is_cancelled());
  }
}

TEST(AsyncCancellationToken, drop_parent_before_child_tokens) {
  std::optional<CancellationToken> token(std::in_place);
  const CancellationToken first = token->child_token();
  const CancellationToken second = token->child_token();
  token.reset();
  EXPECT_FALSE(first.is_cancelled());
  first.cancel();
  EXPECT_FALSE(second.is_cancelled());
}

TEST(AsyncCancellationToken, run_until_cancelled_test) {
  const CancellationToken token;
  Polled never([&] { return token.run_until_cancelled(heddle::pending<int>()); });
  EXPECT_TRUE(never.pending());
  Polled done([&] { return token.run_until_cancelled(heddle::ready(42)); });
  EXPECT_EQ(done.poll().take(), 42);
  token.cancel();
  EXPECT_EQ(never.take_wakes(), 1);
  EXPECT_EQ(never.poll().take(), std::nullopt);
  Polled late([&] { return token.run_until_cancelled(heddle::ready(42)); });
  EXPECT_EQ(late.poll().take(), std::nullopt);
}

TEST(AsyncCancellationToken, run_until_cancelled_gives_a_bool_for_a_future_of_nothing) {
  const CancellationToken token;
  Polled done([&] { return token.run_until_cancelled(heddle::ready()); });
  EXPECT_TRUE(done.poll().take());
  token.cancel();
  Polled late([&] { return token.run_until_cancelled(heddle::ready()); });
  EXPECT_FALSE(late.poll().take());
}

heddle::Async<int> borrow_for_a_while(const int& value) {
  co_await YieldTimes(1);
  co_return value;
}

TEST(AsyncCancellationToken, run_until_cancelled_takes_an_async_that_borrows) {
  const CancellationToken token;
  const int value = 7;
  const auto all = [&]() -> heddle::Async<int> {
    auto result = co_await token.run_until_cancelled(borrow_for_a_while(value));
    co_return result.value_or(-1);
  };
  EXPECT_EQ(heddle::block_on(all()), 7);
}

TEST(AsyncCancellationToken, run_until_cancelled_uses_a_named_future_where_it_is) {
  const CancellationToken token;
  auto inner = heddle::ready(5);
  {
    Polled outer([&] { return token.run_until_cancelled(inner); });
    EXPECT_EQ(outer.poll().take(), 5);
  }
  heddle::test::MockTask task;
  EXPECT_THROW(static_cast<void>(task.poll(inner)), heddle::PolledAfterCompletion);
}

TEST(AsyncCancellationToken, cloned_cancellation_tokens_are_considered_equal) {
  const CancellationToken token;
  EXPECT_EQ(token, token.clone());
}

TEST(AsyncCancellationToken, child_cancellation_tokens_are_not_considered_equal) {
  const CancellationToken token;
  EXPECT_NE(token, token.child_token());
}

TEST(AsyncCancellationToken, independent_cancellation_tokens_are_not_considered_equal) {
  const CancellationToken token;
  const CancellationToken other;
  EXPECT_NE(token, other);
}

TEST(AsyncCancellationToken, cloned_cancellation_tokens_have_same_hash) {
  const CancellationToken token;
  EXPECT_EQ(std::hash<CancellationToken>()(token), std::hash<CancellationToken>()(token.clone()));
}

TEST(AsyncCancellationToken, different_cancellation_tokens_have_different_hash) {
  const CancellationToken token;
  const CancellationToken other;
  EXPECT_NE(std::hash<CancellationToken>()(token), std::hash<CancellationToken>()(other));
}

TEST(AsyncCancellationToken, a_drop_guard_cancels_at_its_end) {
  const CancellationToken token;
  { auto guard = token.clone().drop_guard(); }
  EXPECT_TRUE(token.is_cancelled());
}

TEST(AsyncCancellationToken, a_moved_drop_guard_cancels_once_at_the_end_of_the_last) {
  const CancellationToken token;
  {
    auto guard = token.drop_guard_ref();
    { auto moved = std::move(guard); }
    EXPECT_TRUE(token.is_cancelled());
  }
}

TEST(AsyncCancellationToken, a_disarmed_drop_guard_cancels_nothing) {
  const CancellationToken token;
  {
    auto guard = token.clone().drop_guard();
    EXPECT_EQ(std::move(guard).disarm(), token);
  }
  EXPECT_FALSE(token.is_cancelled());
}

TEST(AsyncCancellationToken, a_long_chain_of_children_is_cancelled_and_dropped_in_constant_stack) {
  std::vector<CancellationToken> chain;
  chain.emplace_back();
  for (int i = 0; i < 200'000; ++i) chain.push_back(chain.back().child_token());
  chain.front().cancel();
  EXPECT_TRUE(chain.back().is_cancelled());
}

TEST(AsyncCancellationToken, a_chain_whose_middle_is_dropped_needs_no_memory_for_it) {
  const CancellationToken root;
  CancellationToken last = root.child_token();
  for (int i = 0; i < 1000; ++i) last = last.child_token();  // each drops its parent
  root.cancel();
  EXPECT_TRUE(last.is_cancelled());
}

TEST(AsyncCancellationToken, a_wake_may_drop_the_token) {
  std::optional<CancellationToken> token(std::in_place);
  CancellationToken other = token->clone();
  const heddle::Waker waker = heddle::future::waker_fn([&] { token.reset(); });
  {
    auto future = CancellationToken::cancelled_owned(token->clone());
    heddle::Context cx(waker);
    EXPECT_TRUE(future.poll(cx).is_pending());
    CancellationToken(std::move(other)).cancel();
  }
  EXPECT_FALSE(token);
}

TEST(AsyncCancellationToken, many_waiters_are_each_woken_once) {
  const CancellationToken token;
  std::vector<CancellationToken> children;
  std::vector<Polled<heddle::async::CancelledOwned>> waiting;
  for (int i = 0; i < 100; ++i) {
    waiting.emplace_back([&] { return CancellationToken::cancelled_owned(token.child_token()); });
    EXPECT_TRUE(waiting.back().pending());
  }
  token.cancel();
  for (auto& each : waiting) EXPECT_EQ(each.take_wakes(), 1);
}

TEST(AsyncCancellationToken, threads_make_drop_and_cancel_children_at_once) {
  for (int round = 0; round < 20; ++round) {
    const CancellationToken root;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&root] {
        CancellationToken last = root.child_token();
        for (int step = 0; step < 100; ++step) last = last.child_token();
        heddle::block_on(last.cancelled());
      });
    }
    root.cancel();
    for (auto& thread : threads) thread.join();
  }
}

}  // namespace
