// SPDX-License-Identifier: MIT
// Task<T>: a coroutine that owns all that it uses, and so may be spawned.
#pragma once

#include <heddle/future/detail/coroutine.hpp>

#include <coroutine>
#include <type_traits>

namespace heddle::inline v0 {

/// A coroutine that can be handed to `task::spawn`, kept, moved until it is first polled, and awaited.
///
/// Its parameters must be owned: a Task outlives the call that made it. Borrow in an Async<T> instead. Awaited by its
/// name, it becomes a part of the awaiting coroutine, and is dropped with it.
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

template <class T, class... Parameters>
class TaskPromise : public ValuePromise<T> {
 public:
  TaskPromise() noexcept {}

  Task<T> get_return_object() noexcept { return Task<T>(*this); }
};

}  // namespace future::detail
}  // namespace heddle::inline v0

template <class T, class... Parameters>
struct std::coroutine_traits<heddle::Task<T>, Parameters...> {
  using promise_type = heddle::future::detail::TaskPromise<T, Parameters...>;
};
