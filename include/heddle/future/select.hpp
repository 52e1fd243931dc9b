// SPDX-License-Identifier: MIT
// select: awaits several futures and goes on with the first that is ready. race: the same, without handlers.
#pragma once

#include <heddle/future/on.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace heddle::inline v0 {

/// Thrown by a select none of whose arms takes part, and which has no `otherwise`.
class NoArmEnabled : public std::logic_error {
 public:
  NoArmEnabled() : std::logic_error("select: no arm is enabled, and there is no otherwise()") {}

 private:
  // It adds nothing to its base, whose text is shared and constant.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

namespace future {

enum class Order : bool { kRandom, kBiased };

struct Biased {
  explicit constexpr Biased() = default;
};

namespace detail {

/// A number in [0, bound) from the thread's generator.
[[nodiscard]] std::uint32_t random_below(std::uint32_t bound) noexcept;
/// From now on this thread draws the numbers of `seed`.
void seed_random(std::uint64_t seed) noexcept;

template <class Arm>
inline constexpr bool kIsOtherwise = false;
template <class H>
inline constexpr bool kIsOtherwise<Otherwise<H>> = true;

/// What several handlers give in common.
template <class... Ts>
struct Common : std::common_type<Ts...> {};
template <class T, class... Rest>
  requires(std::is_same_v<T, Rest> && ...)
struct Common<T, Rest...> {
  using type = T;
};

}  // namespace detail

/// The future of select.
template <Order kOrder, class... Arms>
class [[nodiscard]] Select {
  static constexpr std::size_t kArms = sizeof...(Arms);
  static constexpr std::size_t kUndecided = kArms;
  static_assert(kArms > 0 && kArms <= 64, "a select has 1 to 64 arms");
  static constexpr bool kHasOtherwise = (detail::kIsOtherwise<Arms> || ...);
  static constexpr std::size_t kRacing = kArms - (kHasOtherwise ? 1 : 0);
  static_assert((std::size_t{detail::kIsOtherwise<Arms>} + ...) ==
                    std::size_t{detail::kIsOtherwise<std::tuple_element_t<kArms - 1, std::tuple<Arms...>>>},
                "otherwise() is the last arm of a select");

 public:
  using Output = typename detail::Common<typename Arms::Output...>::type;
  static constexpr Loss kLoss = std::max({Arms::kLoss...});

  explicit Select(Arms&&... arms) : arms_(std::move(arms)...) {}

  Poll<Output> poll(Context& cx) {
    if (decided_ == kUndecided) {
      // An arm that is always ready must not keep the task for ever: it would starve its neighbours.
      if (!cx.may_proceed()) return Pending;
      return decide(cx, std::make_index_sequence<kRacing>());
    }
    if (done_) throw PolledAfterCompletion();
    return go_on(cx, std::make_index_sequence<kArms>());
  }

  /// Drops what it still holds, as its destructor does.
  void cancel() noexcept {
    drop_futures();
    std::apply([](auto&... arms) { (arms.drop_handler(), ...); }, arms_);
    decided_ = 0;
    done_ = true;
  }

 private:
  template <std::size_t... kIndex>
  Poll<Output> decide(Context& cx, std::index_sequence<kIndex...>) {
    Poll<Output> answer = Pending;
    if (!(std::get<kIndex>(arms_).enabled() || ...)) {
      if constexpr (kHasOtherwise) {
        win<kArms - 1>(cx, base::Unit{}, answer);
        return answer;
      } else {
        cancel();
        throw NoArmEnabled();
      }
    }
    const std::size_t start = kOrder == Order::kBiased ? 0 : detail::random_below(kRacing);
    static_cast<void>(((kIndex >= start && try_arm<kIndex>(cx, answer)) || ...) ||
                      ((kIndex < start && try_arm<kIndex>(cx, answer)) || ...));
    return answer;
  }

  /// True if the arm decided the select.
  template <std::size_t kIndex>
  bool try_arm(Context& cx, Poll<Output>& answer) {
    auto& arm = std::get<kIndex>(arms_);
    if (!arm.enabled()) return false;
    using Value = typename std::tuple_element_t<kIndex, std::tuple<Arms...>>::Value;
    Poll<Value> value = poll_arm(arm, cx);
    if (value.is_pending()) return false;
    win<kIndex>(cx, std::move(*value), answer);
    return true;
  }

  auto poll_arm(auto& arm, Context& cx) {
    try {
      return arm.poll(cx);
    } catch (...) {
      cancel();  // it is decided: by an exception
      throw;
    }
  }

  template <std::size_t kIndex, class Value>
  void win(Context& cx, Value&& value, Poll<Output>& answer) {
    auto kept = std::forward<Value>(value);
    drop_futures();
    decided_ = kIndex;
    done_ = true;  // also if the handler throws
    auto result = std::get<kIndex>(arms_).begin(cx, std::move(kept));
    done_ = result.is_ready();
    hand_over(result, answer, std::get<kIndex>(arms_));
  }

  template <std::size_t... kIndex>
  Poll<Output> go_on(Context& cx, std::index_sequence<kIndex...>) {
    Poll<Output> answer = Pending;
    const auto step = [&](auto& arm) {
      done_ = true;
      auto result = arm.go_on(cx);
      done_ = result.is_ready();
      hand_over(result, answer, arm);
    };
    static_cast<void>(((kIndex == decided_ && (step(std::get<kIndex>(arms_)), true)) || ...));
    return answer;
  }

  template <class Result>
  static void hand_over(Poll<Result>& result, Poll<Output>& answer, auto& arm) {
    if (result.is_pending()) return;
    if constexpr (std::is_void_v<Output>) {
      answer = Poll<Output>(Ready());
    } else if constexpr (std::is_reference_v<Output>) {
      answer = Poll<Output>(std::in_place, *result);
    } else {
      answer = Poll<Output>(std::in_place, result.take());
    }
    arm.drop_handler();
  }

  void drop_futures() noexcept {
    std::apply([](auto&... arms) { (arms.drop_future(), ...); }, arms_);
  }

  std::tuple<Arms...> arms_;
  std::size_t decided_ = kUndecided;
  bool done_ = false;
};

namespace detail {

/// The handler of race: wraps a result as the alternative of its index.
template <std::size_t kIndex, class Results>
class ToAlternative {
 public:
  ToAlternative() noexcept {}
  Results operator()() const { return Results(std::in_place_index<kIndex>); }
  template <class T>
  Results operator()(T&& value) const {
    return Results(std::in_place_index<kIndex>, std::forward<T>(value));
  }
};

template <class... Fs, std::size_t... kIndex>
auto race(std::index_sequence<kIndex...>, Fs&&... futures) {
  using Results = std::variant<base::Stored<OutputOf<std::remove_reference_t<Fs>>>...>;
  return Select<Order::kRandom, On<Fs, ToAlternative<kIndex, Results>>...>(
      On<Fs, ToAlternative<kIndex, Results>>(std::forward<Fs>(futures), ToAlternative<kIndex, Results>())...);
}

}  // namespace detail
}  // namespace future

/// First argument of select: arms are polled in the order written. Nothing then keeps an arm that is always ready from
/// starving those after it.
inline constexpr future::Biased biased{};

/// Awaits several futures at once, and runs the handler of the first that is ready:
/// `co_await select(on(a(), [](int x) {…}), on(sleep(1s), [] {…}))`.
///
/// Shape       One full expression: temporaries among the futures live till its end. Named futures stay the caller's.
/// Returns     What the handler returns: the common type of all handlers, or nothing.
/// Errors      NoArmEnabled. What a future or the handler throws is thrown.
/// Cancelling  Temporaries are dropped before the handler runs, the winner too, in the order written. Dropping the
///             select drops them, or the handler that runs.
/// Cost        Nothing is allocated. Each wake polls every arm, beginning with a random one: none starves. Polls
///             nothing when the budget of the task is spent.
/// Example     examples/tokio_select.cpp
///
/// Corresponds to Tokio's `select!`.
template <class... Arms>
  requires(requires { typename Arms::Value; } && ...)
auto select(Arms... arms) {
  return future::Select<future::Order::kRandom, Arms...>(std::move(arms)...);
}
template <class... Arms>
auto select(future::Biased, Arms... arms) {
  return future::Select<future::Order::kBiased, Arms...>(std::move(arms)...);
}

/// Awaits several futures at once. As select otherwise.
///
/// Returns     A variant with the result of the first that is ready; `index()` says which that is. Nothing is Unit.
template <class... Fs>
  requires(Future<std::remove_reference_t<Fs>> && ...)
auto race(Fs&&... futures) {
  return future::detail::race(std::index_sequence_for<Fs...>(), std::forward<Fs>(futures)...);
}

}  // namespace heddle::inline v0
