// SPDX-License-Identifier: MIT
// thread::scope: threads that borrow from the stack of the thread that starts them, and end before it goes on.
#pragma once

#include <heddle/thread/borrow.hpp>
#include <heddle/thread/join_handle.hpp>
#include <heddle/thread/spawn.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <source_location>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::thread {

/// Thrown by scope() when an exception has left one of its threads, and no join has taken it.
///
/// Corresponds to Rust's panic "a scoped thread panicked".
class ScopedThreadPanicked : public std::runtime_error {
 public:
  explicit ScopedThreadPanicked(std::exception_ptr panic);

  /// The exception; if several threads threw, one of theirs.
  [[nodiscard]] const std::exception_ptr& panic() const noexcept { return panic_; }

 private:
  std::exception_ptr panic_;
};

/// A JoinHandle of a scope's thread. Destroying it leaves the join to the scope.
///
/// Threads     Used by one at a time, within the scope. One that has left the scope may still be joined.
///
/// Corresponds to Rust's `thread::ScopedJoinHandle`.
template <class T>
class ScopedJoinHandle : public detail::AnyJoinHandle<T> {
 public:
  /// For Scope only.
  explicit ScopedJoinHandle(detail::Ref<detail::ResultCell<T>> cell) noexcept
      : detail::AnyJoinHandle<T>(std::move(cell)) {}

  /// As JoinHandle::join. The thread's borrows end here; an exception taken here isn't thrown by scope().
  std::expected<T, JoinError> join();
};

class Scope;

namespace detail {

/// Gives the callable the scope, so that it can start more threads in it.
class ScopeItself : public Lent {
 public:
  explicit ScopeItself(Scope& scope) noexcept : scope_(&scope) {}
  [[nodiscard]] Scope& lend() const noexcept { return *scope_; }

 private:
  Scope* scope_;
};

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

template <class F, class... Args>
concept ScopeCallable = std::invocable<std::decay_t<F>, Passed<Args>...>;
template <class F, class... Args>
concept NestingScopeCallable = !ScopeCallable<F, Args...> && std::invocable<std::decay_t<F>, Scope&, Passed<Args>...>;

void end_borrows(ThreadCell& cell) noexcept;

}  // namespace detail

/// What scope() lends to its body: the place to start threads that borrow.
///
/// Borrows are named: `s.ref(x)` gives the callable a `const X&`, `s.mut(x)` an `X&`; a span or string_view is passed
/// as it is, and borrows what it covers. A borrow lasts until its thread is joined, or the scope ends. Two that overlap,
/// one of them mutable, are refused when the second thread would start. Compared are the bytes of the object, and the
/// elements of a contiguous container; not what is reached from there through pointers or nodes.
///
/// Threads     Any thread of the scope, and the body.
///
/// Corresponds to Rust's `thread::Scope`.
class Scope {
  using Place = std::source_location;

 public:
  /// Starts a thread that runs `f(args…)`, or `f(scope, args…)` if `f` wants the scope to start more threads in it.
  ///
  /// Returns     A handle to join it early, and to take its result. Dropping it leaves that to the scope.
  /// Errors      BorrowConflict, and std::system_error if the system refuses: no thread has been started then.
  /// Cost        thread::spawn's; the check of a borrow looks at every live borrow of the scope.
  template <class F, class... Args>
    requires detail::ScopeCallable<F, Args...> || detail::NestingScopeCallable<F, Args...>
  auto spawn(F&& f, Args&&... args) {
    auto handle = spawn_as(Builder(), std::forward<F>(f), std::forward<Args>(args)...);
    if (!handle) detail::refuse_spawn(handle.error());
    return *std::move(handle);
  }

  /// Lends `object` to read, beside other readers.
  template <class T>
  [[nodiscard]] auto ref(const T& object, Place place = Place::current()) const noexcept {
    return detail::Borrowed<const T>(object, detail::Access::kShared, place);
  }
  template <class T>
  void ref(const T&& temporary) const = delete;
  template <class T, std::size_t Extent>
  [[nodiscard]] auto ref(std::span<T, Extent> view, Place place = Place::current()) const noexcept {
    return detail::BorrowedView<std::span<const T, Extent>>(view, detail::Access::kShared, place);
  }
  template <class C, class Traits>
  [[nodiscard]] auto ref(std::basic_string_view<C, Traits> view, Place place = Place::current()) const noexcept {
    return detail::BorrowedView<std::basic_string_view<C, Traits>>(view, detail::Access::kShared, place);
  }

  /// Lends `object` to change, beside nobody.
  template <class T>
    requires(!std::is_const_v<T>)
  [[nodiscard]] auto mut(T& object, Place place = Place::current()) const noexcept {
    return detail::Borrowed<T>(object, detail::Access::kMutable, place);
  }
  /// A part of a container: `s.mut(std::span(v).first(n))`. Two parts that don't overlap may go to two threads.
  template <class T, std::size_t Extent>
    requires(!std::is_const_v<T>)
  [[nodiscard]] auto mut(std::span<T, Extent> view, Place place = Place::current()) const noexcept {
    return detail::BorrowedView<std::span<T, Extent>>(view, detail::Access::kMutable, place);
  }
  template <class T, std::size_t Extent>
  void mut(std::span<const T, Extent> view) const = delete;

 private:
  friend class Builder;
  template <class F>
  friend std::invoke_result_t<F, Scope&> scope(F&& body);

  /// Throws BlockingInAsync on a thread that polls tasks.
  Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  /// Waits for all threads.
  ~Scope();

  /// Waits for all threads, and throws for one that panicked.
  void end();

  template <class F, class... Args>
  auto spawn_as(const Builder& builder, F&& f, Args&&... args) {
    if constexpr (detail::ScopeCallable<F, Args...>) {
      return start(builder, std::forward<F>(f), std::forward<Args>(args)...);
    } else {
      return start(builder, std::forward<F>(f), detail::ScopeItself(*this), std::forward<Args>(args)...);
    }
  }

  template <class F, class... Args>
  auto start(const Builder& builder, F&& f, Args&&... args) {
    using Call = detail::CallOf<F, Args...>;
    using Handle = ScopedJoinHandle<detail::ResultOf<Call>>;
    detail::BorrowsOf<sizeof...(Args)> borrows;
    (detail::note_borrows(borrows, args), ...);
    auto cell = detail::make_cell<Call>(builder.name_, std::forward<F>(f), std::forward<Args>(args)...);
    const std::error_code error = start_cell(*cell, builder.stack_size_, borrows.all());
    return error ? std::expected<Handle, std::error_code>(std::unexpect, error)
                 : std::expected<Handle, std::error_code>(std::in_place, std::move(cell));
  }

  std::error_code start_cell(detail::ThreadCell& cell, std::size_t stack_size,
                             std::span<const detail::Borrow> borrows);

  std::shared_ptr<detail::ScopeState> state_;
};

template <class T>
std::expected<T, JoinError> ScopedJoinHandle<T>::join() {
  auto result = this->join_as("thread::ScopedJoinHandle::join");
  detail::end_borrows(this->cell());
  return result;
}

template <class F, class... Args>
auto Builder::spawn_scoped(Scope& scope, F&& f, Args&&... args) const {
  return scope.spawn_as(*this, std::forward<F>(f), std::forward<Args>(args)...);
}

/// Calls `body(s)`, waits for the end of every thread that was started with `s.spawn(…)`, and returns what `body` did.
///
/// Errors      What `body` throws, once all threads have ended. Else ScopedThreadPanicked, if an exception left a thread
///             and no join took it. BlockingInAsync on a thread that polls tasks.
/// Blocking    Until all threads have ended.
/// Threads     What the threads wrote is seen after scope().
/// Example     examples/scoped.cpp, examples/scoped_mut.cpp
///
/// Corresponds to Rust's `thread::scope`.
template <class F>
std::invoke_result_t<F, Scope&> scope(F&& body) {
  Scope lent;
  if constexpr (std::is_void_v<std::invoke_result_t<F, Scope&>>) {
    std::invoke(std::forward<F>(body), lent);
    lent.end();
  } else {
    std::invoke_result_t<F, Scope&> result = std::invoke(std::forward<F>(body), lent);
    lent.end();
    return result;
  }
}

}  // namespace heddle::inline v0::thread
