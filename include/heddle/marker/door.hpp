// SPDX-License-Identifier: MIT
// Doors: the functions through which data crosses threads, and how one refuses what may not cross.
//
// A door has two overloads. The first is the function; the second takes what the first may not, and returns a type
// that is never defined, so that the compiler's first error stands at the user's call and says what can't cross, why,
// and by which fields it was reached.
//
//   template <class F, class... Args>
//     requires std::invocable<std::decay_t<F>, std::decay_t<Args>...> && marker::CallMayCross<F, Args...>
//   JoinHandle<marker::ResultOf<F, Args...>> spawn(F&& f, Args&&... args);
//
//   template <class F, class... Args>
//     requires std::invocable<std::decay_t<F>, std::decay_t<Args>...> && (!marker::CallMayCross<F, Args...>)
//   typename marker::RefusedCall<F, Args...>::type spawn(F&&, Args&&...);
//
// A channel asks the same of one type:
//
//   template <marker::MayCross T>
//   Channel<T> channel();
//   template <class T>
//     requires(!marker::MayCross<T>)
//   typename marker::Refused<T>::type channel();
//
// A door that leads to a task of the same thread asks for Owned only: MayStay and RefusedToStay.
//
// A scope, whose threads end before what they borrow, asks for Send only: CallMayBorrow and RefusedBorrow.
#pragma once

#include <heddle/marker/detail/explain.hpp>
#include <heddle/marker/send.hpp>

#include <type_traits>

namespace heddle::inline v0::marker {

/// May go to a thread or task that nobody waits for.
template <class... T>
concept MayCross = ((Send<T> && Owned<T>) && ...);

/// May be kept by a task that stays on its thread, and that nobody waits for.
template <class... T>
concept MayStay = (Owned<T> && ...);

namespace detail {

/// What `f(args…)` gives when the callee has its own copies; void if it can't be called so, which is another error.
template <class F, class... Args>
struct Result {
  using type = void;
};
template <class F, class... Args>
  requires std::is_invocable_v<F, Args...>
struct Result<F, Args...> {
  using type = std::invoke_result_t<F, Args...>;
};

template <class... T>
struct List;

template <class T>
inline constexpr bool kBorrowsItself = std::is_reference_v<T>;
#if HEDDLE_MARKER_SEES_CAPTURES
template <class T>
  requires kIsClosure<T>
inline constexpr bool kBorrowsItself<T> = !NoReferenceCaptured<T>;
#endif

/// The first of the types that may not cross, or not even be lent, and the refusal for it.
template <bool Owning, class First, class... Rest>
consteval auto find_refusal() {
  if constexpr (Owning && kBorrowsItself<First>) {
    return std::type_identity<RefusalFor<OwnedProperty, First>>{};  // whatever it refers to
  } else if constexpr (!Send<First>) {
    return std::type_identity<RefusalFor<SendProperty, First>>{};
  } else if constexpr (Owning && !Owned<First>) {
    return std::type_identity<RefusalFor<OwnedProperty, First>>{};
  } else if constexpr (sizeof...(Rest) > 0) {
    return find_refusal<Owning, Rest...>();
  } else {
    return std::type_identity<void>{};
  }
}

/// The first of the types that may not stay, and the refusal for it.
template <class First, class... Rest>
consteval auto find_borrower() {
  if constexpr (!Owned<First>) {
    return std::type_identity<RefusalFor<OwnedProperty, First>>{};
  } else if constexpr (sizeof...(Rest) > 0) {
    return find_borrower<Rest...>();
  } else {
    return std::type_identity<void>{};
  }
}
}  // namespace detail

/// What `f(args…)` gives when `f` and `args` are the callee's own copies.
template <class F, class... Args>
using ResultOf = typename detail::Result<std::decay_t<F>, std::decay_t<Args>...>::type;

/// `type` is the refusal for the first of the types that may not cross.
template <class... T>
struct Refused : decltype(detail::find_refusal<true, T...>()) {};

/// `type` is the refusal for the first of the types that may not stay.
template <class... T>
struct RefusedToStay : decltype(detail::find_borrower<T...>()) {};

/// `type` is the refusal for a T that borrows, with advice of the door's own.
template <class T, Text Advice>
struct RefusedBorrowed : decltype(detail::refusal(detail::Culprit<OwnedProperty, T, found_in<>, Advice>{})) {};

/// `f`, `args` and the result may go to a thread or task that nobody waits for.
template <class F, class... Args>
concept CallMayCross = MayCross<std::decay_t<F>, std::decay_t<Args>...> && MayCross<ResultOf<F, Args...>>;
template <class F, class... Args>
struct RefusedCall : Refused<std::decay_t<F>, std::decay_t<Args>..., ResultOf<F, Args...>> {};

/// `args` and the result may go to a thread that ends before what they borrow. The callable itself owns what it has.
template <class F, class... Args>
concept CallMayBorrow = MayCross<std::decay_t<F>> && (Send<std::decay_t<Args>> && ...) && Send<ResultOf<F, Args...>>;

namespace detail {
template <class F, class... Args>
consteval auto find_borrow_refusal() {
  if constexpr (MayCross<std::decay_t<F>>) {
    return find_refusal<false, std::decay_t<Args>..., ResultOf<F, Args...>>();
  } else {
    return find_refusal<true, std::decay_t<F>>();
  }
}
}  // namespace detail

template <class F, class... Args>
struct RefusedBorrow : decltype(detail::find_borrow_refusal<F, Args...>()) {};

}  // namespace heddle::inline v0::marker
