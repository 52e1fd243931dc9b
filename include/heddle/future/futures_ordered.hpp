// SPDX-License-Identifier: MIT
// FuturesOrdered: as FuturesUnordered, with the results in the order of the futures.
#pragma once

#include <heddle/future/futures_unordered.hpp>
#include <heddle/marker/fields.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

namespace heddle::inline v0 {

namespace future::detail {

/// The result of a member: where its turn is, and what it gave or threw.
template <class T>
struct InTurn {
  std::int64_t turn;
  std::expected<base::Stored<T>, std::exception_ptr> result;

  InTurn(std::int64_t t, std::expected<base::Stored<T>, std::exception_ptr> r) : turn(t), result(std::move(r)) {}

  HEDDLE_FIELDS(turn, result);
};

/// A member with its turn.
template <class F>
class Numbered {
  using T = OutputOf<F>;

 public:
  using Output = InTurn<T>;

  Numbered(std::int64_t turn, F&& future) : turn_(turn), future_(std::move(future)) {}

  Poll<Output> poll(Context& cx) {
    try {
      Poll<T> answer = future_.poll(cx);
      if (answer.is_pending()) return Pending;
      return Poll<Output>(std::in_place, turn_, std::move(*answer));
    } catch (...) {
      return Poll<Output>(std::in_place, turn_, std::unexpected(std::current_exception()));  // thrown in its turn
    }
  }

 private:
  std::int64_t turn_;
  F future_;

  HEDDLE_FIELDS(turn_, future_);
};

}  // namespace future::detail

/// A set of futures that are polled side by side in one task, as FuturesUnordered, which gives their results in the order
/// in which they were pushed: `while (auto r = co_await set.next()) use(*r);`
///
/// Returns     next(): the result of the first member, once it has ended. Nothing when there is no member.
/// Errors      What a member throws comes out of next() in its turn; that member is gone, the others stay.
/// Cost        As FuturesUnordered; the results that came before their turn are kept.
///
/// Corresponds to `futures::stream::FuturesOrdered`.
template <Future F>
  requires std::move_constructible<F>
class FuturesOrdered {
  using T = OutputOf<F>;

 public:
  using Item = base::Stored<T>;

  FuturesOrdered() = default;

  /// Adds a future behind the last.
  void push_back(F future) { running_.push(future::detail::Numbered<F>(last_++, std::move(future))); }
  /// Adds a future before the first.
  void push_front(F future) { running_.push(future::detail::Numbered<F>(--first_, std::move(future))); }

  /// The next result in order, or nothing when there is no member.
  future::NextOf<FuturesOrdered> next() noexcept { return future::NextOf<FuturesOrdered>(*this); }

  /// How many members' results haven't been given.
  [[nodiscard]] std::size_t len() const noexcept { return running_.len() + early_.size(); }
  [[nodiscard]] bool is_empty() const noexcept { return len() == 0; }

  /// Destroys all members, and the results that wait for their turn.
  void clear() noexcept {
    running_.clear();
    early_.clear();
    first_ = last_;
  }

  /// A step of next().
  Poll<std::optional<Item>> poll_next(Context& cx) {
    while (!is_empty()) {
      if (!early_.empty() && early_.front().turn == first_) return give(pop_early());
      auto answer = running_.poll_next(cx);
      if (answer.is_pending()) return Pending;
      auto& result = **answer;  // of a member: those without a result are first in turn
      if (result.turn == first_) return give(std::move(result));
      early_.push_back(std::move(result));
      std::ranges::push_heap(early_, kLaterFirst);
    }
    return Poll<std::optional<Item>>(std::in_place);
  }

 private:
  using InTurn = future::detail::InTurn<T>;
  static constexpr auto kLaterFirst = [](const InTurn& a, const InTurn& b) { return a.turn > b.turn; };

  InTurn pop_early() {
    std::ranges::pop_heap(early_, kLaterFirst);
    InTurn result = std::move(early_.back());
    early_.pop_back();
    return result;
  }

  Poll<std::optional<Item>> give(InTurn in_turn) {
    ++first_;
    if (!in_turn.result.has_value()) std::rethrow_exception(std::move(in_turn.result).error());
    return Poll<std::optional<Item>>(std::in_place, std::in_place, *std::move(in_turn.result));
  }

  FuturesUnordered<future::detail::Numbered<F>> running_;
  // A heap, the next in turn first.
  std::vector<InTurn> early_;
  std::int64_t first_ = 0;
  std::int64_t last_ = 0;
};

}  // namespace heddle::inline v0

namespace heddle::inline v0::marker {

template <class F>
struct unsafe_rules<FuturesOrdered<F>> {
  using Send = If<IsSend<F>, IsSend<OutputOf<F>>>;
  using Sync = If<IsSync<F>, IsSync<OutputOf<F>>>;
  using Owned = If<IsOwned<F>, IsOwned<OutputOf<F>>>;
};

}  // namespace heddle::inline v0::marker
