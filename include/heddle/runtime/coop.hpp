// SPDX-License-Identifier: MIT
// The cooperative budget in a user's hands: unconstrained, consume_budget, has_budget_remaining.
//
// A task has 128 units for each of its polls (see context.hpp). Every future of heddle that could be ready for ever spends
// one when it is, and when they are spent waits for the task's next turn.
#pragma once

#include <heddle/future/detail/held.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/rules.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace task {

/// The future of unconstrained.
template <class F>
class [[nodiscard]] Unconstrained {
 public:
  using Output = OutputOf<std::remove_reference_t<F>>;
  static constexpr future::Loss kLoss = future::kLossOf<std::remove_reference_t<F>>;

  explicit Unconstrained(F&& future) : future_(std::forward<F>(future)) {}
  Unconstrained(Unconstrained&&) = default;

  Poll<Output> poll(Context& cx) {
    struct PutBack {
      Context& cx;
      std::uint32_t budget;
      ~PutBack() { cx.set_budget(budget); }
    } const put_back{cx, cx.budget()};
    cx.set_budget(Context::kUnlimited);
    return future_->poll(cx);
  }

  void cancel() noexcept { future_.drop(); }

 private:
  future::detail::Kept<F> future_;
};

/// Awaits `future` without a budget: it never waits for its neighbours' sake, and may starve them. For what must not be
/// slowed down, or has its own way of yielding.
///
/// Shape       What can be moved is moved in, and may be spawned; an Async stays where it is, in the same full
///             expression; a named future stays the caller's.
/// Returns     What `future` gives.
/// Cancelling  Drops the future, if it is a temporary. Loses what that loses.
///
/// Corresponds to Tokio's `task::unconstrained`.
template <class F>
  requires Future<std::remove_reference_t<F>>
Unconstrained<F> unconstrained(F&& future) {
  return Unconstrained<F>(std::forward<F>(future));
}

/// The future of consume_budget.
class [[nodiscard]] ConsumeBudget {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  ConsumeBudget() noexcept {}

  Poll<void> poll(Context& cx) noexcept {
    if (!cx.may_proceed()) return Pending;
    cx.made_progress();
    return Ready();
  }
  void cancel() noexcept {}
};

/// Spends a unit of the task's budget, and lets the others have a turn when none is left: for a loop that computes, and
/// awaits nothing that would.
///
/// Cost        About 1 ns, but for one turn in 128.
/// Corresponds to Tokio's `task::consume_budget`.
inline ConsumeBudget consume_budget() noexcept { return ConsumeBudget(); }

/// The future of has_budget_remaining.
class [[nodiscard]] HasBudgetRemaining {
 public:
  using Output = bool;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  HasBudgetRemaining() noexcept {}

  Poll<bool> poll(Context& cx) noexcept { return Ready(cx.budget() != 0); }
  void cancel() noexcept {}
};

/// Whether the task may go on without waiting for its next turn: `if (!co_await has_budget_remaining()) …`. Never waits.
///
/// Corresponds to Tokio's `coop::has_budget_remaining`. A future here, since the budget travels with the poll.
inline HasBudgetRemaining has_budget_remaining() noexcept { return HasBudgetRemaining(); }

}  // namespace task

template <class F>
struct marker::unsafe_rules<task::Unconstrained<F>> {
  using Send = If<IsSend<F>>;
  using Sync = If<IsSync<F>>;
  using Owned = If<IsOwned<F>>;
};

}  // namespace heddle::inline v0
