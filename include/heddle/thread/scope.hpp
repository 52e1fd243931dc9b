// SPDX-License-Identifier: MIT
// thread::scope: threads that borrow from the stack of the thread that starts them, and end before it goes on.
#pragma once

#include <heddle/marker/door.hpp>
#include <heddle/thread/borrow.hpp>
#include <heddle/thread/detail/scoped_call.hpp>
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

void end_borrows(ThreadCell& cell) noexcept;

}  // namespace detail

/// What scope() lends to its body: the place to start threads that borrow.
///
/// Borrows are named: `s.ref(x)` gives the callable a `const X&`, `s.mut(x)` an `X&`; a span or string_view that is passed
/// as it is borrows what it covers. A borrow lasts until its thread is joined, or the scope ends. Two that overlap,
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
    requires detail::ScopedCallable<F, Args...> && detail::MayBorrow<F, Args...>
  auto spawn(F&& f, Args&&... args) {
    auto handle = spawn_as(Builder(), std::forward<F>(f), std::forward<Args>(args)...);
    if (!handle) detail::refuse_spawn(handle.error());
    return *std::move(handle);
  }
  /// The callable, an argument or the result may not cross to another thread: the error says which.
  template <class F, class... Args>
    requires detail::ScopedCallable<F, Args...> && (!detail::MayBorrow<F, Args...>)
  detail::RefusedScoped<F, Args...> spawn(F&& f, Args&&... args);

  /// Lends `object` to read, beside other readers.
  template <class T>
  [[nodiscard]] auto ref(const T& object, Place place = Place::current()) const noexcept {
    return detail::Borrowed<const T, detail::Access::kShared>(object, place);
  }
  /// Lends an `object` that several may change at once, an atomic: the callable gets an `X&`.
  template <SyncMut T>
    requires(!std::is_const_v<T>)
  [[nodiscard]] auto ref(T& object, Place place = Place::current()) const noexcept {
    return detail::Borrowed<T, detail::Access::kShared>(object, place);
  }
  template <class T>
  void ref(const T&& temporary) const = delete;
  template <class T, std::size_t Extent>
  [[nodiscard]] auto ref(std::span<T, Extent> view, Place place = Place::current()) const noexcept {
    return detail::BorrowedView<std::span<const T, Extent>, detail::Access::kShared>(view, place);
  }
  template <class C, class Traits>
  [[nodiscard]] auto ref(std::basic_string_view<C, Traits> view, Place place = Place::current()) const noexcept {
    return detail::BorrowedView<std::basic_string_view<C, Traits>, detail::Access::kShared>(view, place);
  }

  /// Lends `object` to change, beside nobody.
  template <class T>
    requires(!std::is_const_v<T>)
  [[nodiscard]] auto mut(T& object, Place place = Place::current()) const noexcept {
    return detail::Borrowed<T, detail::Access::kMutable>(object, place);
  }
  /// A part of a container: `s.mut(std::span(v).first(n))`. Two parts that don't overlap may go to two threads.
  template <class T, std::size_t Extent>
    requires(!std::is_const_v<T>)
  [[nodiscard]] auto mut(std::span<T, Extent> view, Place place = Place::current()) const noexcept {
    return detail::BorrowedView<std::span<T, Extent>, detail::Access::kMutable>(view, place);
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
    if constexpr (detail::ScopedResult<F, Args...>::kWantsScope) {
      return start(builder, std::forward<F>(f), detail::ScopeItself(*this), std::forward<Args>(args)...);
    } else {
      return start(builder, std::forward<F>(f), std::forward<Args>(args)...);
    }
  }

  template <class F, class... Args>
  auto start(const Builder& builder, F&& f, Args&&... args) {
    using Call = detail::CallOf<F, Args...>;
    using Handle = ScopedJoinHandle<detail::CallResult<Call>>;
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
  requires detail::ScopedCallable<F, Args...> && detail::MayBorrow<F, Args...>
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

namespace heddle::inline v0::marker {

// The thread is counted with atomics; the result is taken by the one thread that owns the handle. It borrows its scope.
template <class T>
struct unsafe_rules<thread::ScopedJoinHandle<T>> {
  using Send = If<IsSend<T>>;
  using Sync = Send;
};

// Its threads may start more: its lists are under a lock.
template <>
struct unsafe_rules<thread::Scope> {
  using Sync = Always;
  using SyncMut = Always;
};
template <>
struct unsafe_rules<thread::detail::ScopeItself> {
  using Send = Always;
};

// A borrow crosses as the reference that it is. A shared one that isn't const is one of many that may change the object.
template <class T, thread::detail::Access kAccess>
struct unsafe_rules<thread::detail::Borrowed<T, kAccess>> {
  using Send = std::conditional_t<kAccess == thread::detail::Access::kShared && !std::is_const_v<T>, If<IsSyncMut<T>>,
                                  If<IsSend<T&>>>;
};
template <class View, thread::detail::Access kAccess>
struct unsafe_rules<thread::detail::BorrowedView<View, kAccess>> {
  using Send = If<IsSend<View>>;
};

}  // namespace heddle::inline v0::marker
