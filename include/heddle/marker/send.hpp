// SPDX-License-Identifier: MIT
// The concepts Send, Sync, SyncMut and Owned: what may cross or be shared between threads.
//
//   concept      meaning                                                                    Rust
//   Send<T>      ownership may move to another thread                                       Send
//   Sync<T>      const access from several threads at once is race free                     Sync
//   SyncMut<T>   access from several threads at once is race free, const or not             const is shallow here
//   Owned<T>     holds no borrow: no reference, pointer or view                             'static
//
// They are derived from the fields, at every depth; rules.hpp says how a type adds its own word.
#pragma once

#include <heddle/marker/detail/derive.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/rules.hpp>

#include <type_traits>

namespace heddle::inline v0 {
namespace marker::detail {

/// "P<T> is being decided."
template <class P, class T>
struct Open;

/// Whether T has P; `Undecided` are the Opens on the way here.
template <class P, class T, class... Undecided>
consteval bool holds();
template <class P, class T>
inline constexpr bool kHolds = holds<P, T>();

template <class Rule>
struct Decide;

template <Text Reason>
struct Decide<Never<Reason>> {
  template <class, class, class...>
  static consteval bool decide() {
    return false;
  }
};
template <class... P, class... T>
struct Decide<If<Requirement<P, T>...>> {
  template <class, class, class... Undecided>
  static consteval bool decide() {
    return (holds<P, T, Undecided...>() && ...);
  }
};
template <class... P, class... T>
struct Decide<Fields<Requirement<P, T>...>> {
  template <class Property, class Self, class... Undecided>
  static consteval bool decide() {
    if constexpr ((kStandsAlone<T> && ...)) {
      return (kHolds<P, T> && ...);
    } else {
      return (holds<P, T, Undecided..., Open<Property, Self>>() && ...);
    }
  }
};

#if HEDDLE_MARKER_SEES_CAPTURES
template <class P, class... Undecided>
struct CapturesHold {
  bool all = true;
  template <class Capture>
  constexpr void operator()() {
    if (!holds<P, Capture, Undecided...>()) all = false;
  }
};
template <>
struct Decide<Captures> {
  template <class P, class F, class... Undecided>
  static consteval bool decide() {
    CapturesHold<P, Undecided...> visit;
    visit_captures<F>(visit);
    return visit.all;
  }
};
#endif

template <class P, class T, class... Undecided>
consteval bool holds() {
  if constexpr ((std::is_same_v<Open<P, T>, Undecided> || ...)) {
    return true;
  } else if constexpr (sizeof...(Undecided) > 0 && kStandsAlone<T>) {
    return kHolds<P, T>;  // found once for all types that hold one
  } else {
    return Decide<RuleOf<P, T>>::template decide<P, T, Undecided...>();
  }
}

}  // namespace marker::detail

/// Ownership of a T may move to another thread. Rust's `Send`.
template <class T>
concept Send = marker::detail::kHolds<marker::SendProperty, T>;

/// Several threads may use one const T at once. Rust's `Sync`.
template <class T>
concept Sync = marker::detail::kHolds<marker::SyncProperty, T>;

/// Several threads may use one T at once, though it isn't const: atomics, mutexes. Rust needs no such word, since its
/// `&T` reaches through pointers.
template <class T>
concept SyncMut = marker::detail::kHolds<marker::SyncMutProperty, T>;

/// A T holds no borrow, so it may outlive every scope. Rust's `'static`.
template <class T>
concept Owned = marker::detail::kHolds<marker::OwnedProperty, T>;

/// A value, or a callable, that its author claims to be Send and Owned; made by unsafe_assume_send.
template <class T>
struct AssumeSend {
  T value;

  template <class... Args>
    requires std::is_invocable_v<T&, Args...>
  decltype(auto) operator()(Args&&... args) {
    return value(static_cast<Args&&>(args)...);
  }

  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_OWNED(true);
};

/// Lets a callable with captures, or a pointer, through a door unchecked. The author answers for it: until the other
/// thread is done, what it borrows lives and nobody else uses it.
template <class T>
constexpr AssumeSend<std::decay_t<T>> unsafe_assume_send(T&& value) {
  return {static_cast<T&&>(value)};
}

}  // namespace heddle::inline v0
