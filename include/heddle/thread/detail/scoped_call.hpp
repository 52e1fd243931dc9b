// SPDX-License-Identifier: MIT
// What a scope's thread can run: how its arguments arrive, and which may cross.
#pragma once

#include <heddle/marker/door.hpp>
#include <heddle/thread/detail/thread_cell.hpp>

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::thread {

class Scope;

namespace detail {

/// An argument as the callable gets it.
template <class A>
struct PassedAs {
  using type = A;
};
template <std::derived_from<Lent> A>
struct PassedAs<A> {
  using type = decltype(std::declval<const A&>().lend());
};
template <class A>
using Passed = typename PassedAs<std::decay_t<A>>::type;

/// `f(args…)`, or else `f(scope, args…)`.
template <class F, class... Args>
struct ScopedResult {};
template <class F, class... Args>
  requires std::invocable<std::decay_t<F>, Passed<Args>...>
struct ScopedResult<F, Args...> {
  static constexpr bool kWantsScope = false;
  using type = std::decay_t<std::invoke_result_t<std::decay_t<F>, Passed<Args>...>>;
};
template <class F, class... Args>
  requires(!std::invocable<std::decay_t<F>, Passed<Args>...>) && std::invocable<std::decay_t<F>, Scope&, Passed<Args>...>
struct ScopedResult<F, Args...> {
  static constexpr bool kWantsScope = true;
  using type = std::decay_t<std::invoke_result_t<std::decay_t<F>, Scope&, Passed<Args>...>>;
};

template <class F, class... Args>
concept ScopedCallable = requires { typename ScopedResult<F, Args...>::type; };

/// std::ref would borrow behind the scope's back.
template <class T>
inline constexpr bool kHidesBorrow = false;
template <class T>
inline constexpr bool kHidesBorrow<std::reference_wrapper<T>> = true;

/// The door of threads that end before what they borrow.
template <class... Args>
concept ArgumentsMayBorrow = ((Send<std::decay_t<Args>> && !kHidesBorrow<std::decay_t<Args>>) && ...);
template <class F, class... Args>
concept MayBorrow = marker::MayCross<std::decay_t<F>> && ArgumentsMayBorrow<Args...> &&
                    Send<typename ScopedResult<F, Args...>::type>;

/// The refusal for the first that may not cross: the callable, an argument, the result.
template <class F, class... Args>
struct ScopedRefusal : marker::Refused<std::decay_t<F>> {};
template <class F, class... Args>
  requires marker::MayCross<std::decay_t<F>> && ArgumentsMayBorrow<Args...>
struct ScopedRefusal<F, Args...> : marker::Refused<typename ScopedResult<F, Args...>::type> {};
template <class F, class First, class... Rest>
  requires marker::MayCross<std::decay_t<F>> && (!ArgumentsMayBorrow<First, Rest...>)
struct ScopedRefusal<F, First, Rest...>
    : std::conditional_t<kHidesBorrow<std::decay_t<First>>,
                         marker::RefusedBorrowed<std::decay_t<First>, "use s.ref or s.mut">,
                         std::conditional_t<Send<std::decay_t<First>>, ScopedRefusal<F, Rest...>,
                                            marker::RefusedBorrow<F, First>>> {};

template <class F, class... Args>
using RefusedScoped = typename ScopedRefusal<F, Args...>::type;

}  // namespace detail
}  // namespace heddle::inline v0::thread
