// SPDX-License-Identifier: MIT
// Task<T>: a coroutine that owns all that it uses, and so may be spawned.
#pragma once

#include <heddle/future/detail/coroutine.hpp>
#include <heddle/marker/door.hpp>

#include <coroutine>
#include <type_traits>

namespace heddle::inline v0 {

/// A coroutine that can be handed to `task::spawn`, kept, moved until it is first polled, and awaited.
///
/// Its parameters must be Owned and Send: a Task outlives the call that made it. So it is no member function and no
/// lambda with captures, whose object would be borrowed: pass data as arguments. Borrow in an Async<T> instead. Awaited
/// by its name, it becomes a part of the awaiting coroutine, and is dropped with it.
/// Errors      Where the coroutine is defined, at compile time; for a lambda with captures at the end of the file.
/// Cancelling  Destroying it destroys the locals of the function where it stands, innermost call first.
/// Threads     May move to another thread before it is polled; a runtime polls it on any of its workers.
/// Cost        One frame, recycled; no atomic operation.
///
/// Corresponds to a Rust `async fn` whose future is `Send + 'static`.
template <class T = void>
class [[nodiscard("a Task does nothing until it is awaited or spawned")]] Task : public future::detail::Coroutine<T> {
 public:
  Task(Task&&) noexcept = default;

  /// For promises only.
  explicit Task(future::detail::Promise& promise) noexcept : future::detail::Coroutine<T>(promise) {}
};

namespace future::detail {

/// The object of a lambda expression, through which its captures are reached.
template <class P>
concept LambdaObject = std::is_reference_v<P> && marker::detail::names_closure(
                                                     marker::detail::type_name<std::remove_cvref_t<P>>());
template <class P>
concept CapturingLambda = LambdaObject<P> && (!std::is_empty_v<std::remove_cvref_t<P>>);

template <class T, class... Parameters>
class TaskPromise : public ValuePromise<T> {
 public:
  TaskPromise() noexcept {
    // A lambda's own type is incomplete until its body ends. This body is compiled later, since it isn't constexpr.
    static_assert((!CapturingLambda<Parameters> && ...),
                  "a lambda with captures cannot be a Task: the captures die with the lambda; pass them as arguments");
  }

  Task<T> get_return_object() noexcept { return Task<T>(*this); }
};

/// A parameter of a Task: owned, or a reference to what has no data that could dangle.
template <class P>
consteval bool may_be_parameter() {
  if constexpr (LambdaObject<P>) {
    return true;  // the promise's constructor looks at it
  } else if constexpr (std::is_reference_v<P>) {
    if constexpr (marker::detail::Complete<std::remove_cvref_t<P>>) return std::is_empty_v<std::remove_cvref_t<P>>;
    return false;
  } else {
    return marker::MayCross<P>;
  }
}

template <marker::Text kAdvice, class First, class... Rest>
consteval auto refused_parameter() {
  if constexpr (may_be_parameter<First>()) {
    return refused_parameter<kAdvice, Rest...>();
  } else if constexpr (std::is_reference_v<First>) {
    return marker::RefusedBorrowed<First, kAdvice>{};
  } else {
    return marker::Refused<First>{};
  }
}

/// `type` is the promise, or the refusal for a parameter that a Task may not have.
template <class T, class... Parameters>
struct TaskPromiseFor : decltype(refused_parameter<"take a value, or return an Async", Parameters...>()) {};
template <class T, class... Parameters>
  requires(may_be_parameter<Parameters>() && ...)
struct TaskPromiseFor<T, Parameters...> {
  using type = TaskPromise<T, Parameters...>;
};

}  // namespace future::detail

// What the coroutine holds was checked where it was defined; the value that it gives is checked by spawn.
template <class T>
struct marker::unsafe_rules<Task<T>> {
  using Send = Always;
  using Sync = Always;  // nothing can be done with a const Task
  using Owned = Always;
};

}  // namespace heddle::inline v0

template <class T, class... Parameters>
struct std::coroutine_traits<heddle::Task<T>, Parameters...> {
  using promise_type = typename heddle::future::detail::TaskPromiseFor<T, Parameters...>::type;
};
