// SPDX-License-Identifier: MIT
// task::Local<T>: a value that holds while a future runs, for all that it calls and awaits.
//
// The values in effect form a list, innermost first, that belongs to the thread and is as long as scopes are nested. Its
// nodes are on the stack of the polls that set them. So a scope costs nothing between its polls, and moves from thread to
// thread with its future.
#pragma once

#include <heddle/future/detail/held.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/thread/local_key.hpp>

#include <concepts>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace task {

/// A task-local was read where no scope gives it a value. Tokio's `task::local::AccessError`.
class AccessError : public std::logic_error {
 public:
  AccessError();

 private:
  // It adds nothing to its base, whose text is shared and constant.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

template <class T>
class Local;

namespace detail {

/// A value in effect on this thread while it lives, on the stack. Null hides the values of scopes around it.
class Scope {
 public:
  [[gnu::noinline]] Scope(const void* key, const void* value) noexcept;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  [[gnu::noinline]] ~Scope();

  /// The innermost value of `key` on this thread; null if there is none.
  [[nodiscard, gnu::noinline]] static const void* find(const void* key) noexcept;

 private:
  const void* key_;
  const void* value_;
  Scope* outer_;
};

}  // namespace detail

/// The future of Local::scope.
template <class T, class F>
class [[nodiscard]] LocalScope {
 public:
  using Output = OutputOf<std::remove_reference_t<F>>;
  static constexpr future::Loss kLoss = future::kLossOf<std::remove_reference_t<F>>;

  LocalScope(const Local<T>& key, T value, F&& future)
      : key_(&key), value_(std::in_place, std::move(value)), future_(std::forward<F>(future)) {}
  /// Until it is polled.
  LocalScope(LocalScope&& other) noexcept(std::is_nothrow_move_constructible_v<T>)
      : key_(other.key_),
        value_(std::move(other.value_)),
        future_(std::move(other.future_)),
        done_(std::exchange(other.done_, true)) {}
  ~LocalScope() { cancel(); }

  Poll<Output> poll(Context& cx) {
    if (done_) throw PolledAfterCompletion();
    const detail::Scope scope(key_, value());
    Poll<Output> answer = future_->poll(cx);
    if (answer.is_ready()) drop_future();
    return answer;
  }

  /// Takes the value out; nothing if it was before. What still runs in the scope finds no value then.
  std::optional<T> take_value() { return std::exchange(value_, std::nullopt); }

  /// Drops the future, which still sees the value.
  void cancel() noexcept {
    if (done_) return;
    const detail::Scope scope(key_, value());
    drop_future();
  }

 private:
  [[nodiscard]] const void* value() const noexcept { return value_.has_value() ? std::addressof(*value_) : nullptr; }
  void drop_future() noexcept {
    done_ = true;
    future_.drop();
  }

  const Local<T>* key_;
  std::optional<T> value_;
  future::detail::Kept<F> future_;
  bool done_ = false;
};

/// A variable that has a value of its own in each scope: `static constinit task::Local<std::string> request;`
///
///   co_await request.scope("GET /", handle(socket));   // all that handle() calls and awaits sees "GET /"
///   request.with([](const std::string& line) { log(line); });
///
/// Shape       The key has static storage duration. A scope inside a scope hides the outer value. A task that is spawned
///             has no values but those of scopes inside it: give it one, `spawn(request.scope(request.get(), work()))`.
/// Threads     Any. A value goes with its future to whichever thread polls it.
/// Cost        A scope: two pointers changed at each poll. A read: a function call and one step for each scope within
///             which it lies.
///
/// Corresponds to Tokio's `task_local!` and `LocalKey`.
template <class T>
class Local {
  static_assert(std::is_object_v<T> && !std::is_const_v<T>, "a task-local is a value; keep a pointer or an Arc");

 public:
  constexpr Local() noexcept = default;
  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;

  /// Awaits `future` with `value` set: `co_await key.scope(value, future)`, or spawned.
  ///
  /// Shape       What can be moved is moved in; an Async stays where it is, in the same full expression; a named future
  ///             stays the caller's.
  /// Returns     What `future` gives.
  /// Cancelling  Drops the future, if it is a temporary, with the value still set; then the value. Loses what that loses.
  template <class F>
    requires Future<std::remove_reference_t<F>>
  LocalScope<T, F> scope(T value, F&& future) const {
    return LocalScope<T, F>(*this, std::move(value), std::forward<F>(future));
  }

  /// Calls `f` with `value` set, and returns what it does: `f` must not be a coroutine.
  template <std::invocable F>
    requires thread::detail::EndsWithTheCall<std::invoke_result_t<F>>
  decltype(auto) sync_scope(const T& value, F&& f) const {
    const detail::Scope scope(this, std::addressof(value));
    return std::invoke(std::forward<F>(f));
  }

  /// Calls `f` with the value, and returns what it does: `f` must not be a coroutine. Throws AccessError outside of a
  /// scope.
  template <thread::detail::Borrower<T> F>
  decltype(auto) with(F&& f) const {
    const T* value = find();
    if (value == nullptr) throw AccessError();
    return std::invoke(std::forward<F>(f), *value);
  }

  /// The same, with the AccessError returned.
  template <thread::detail::Borrower<T> F>
  auto try_with(F&& f) const -> std::expected<std::invoke_result_t<F, const T&>, AccessError> {
    const T* value = find();
    if (value == nullptr) return std::unexpected(AccessError());
    if constexpr (std::is_void_v<std::invoke_result_t<F, const T&>>) {
      std::invoke(std::forward<F>(f), *value);
      return {};
    } else {
      return std::invoke(std::forward<F>(f), *value);
    }
  }

  /// A copy of the value. Throws AccessError outside of a scope.
  [[nodiscard]] T get() const
    requires std::copy_constructible<T>
  {
    return with([](const T& value) { return value; });
  }
  /// The same, with the AccessError returned.
  [[nodiscard]] std::expected<T, AccessError> try_get() const
    requires std::copy_constructible<T>
  {
    return try_with([](const T& value) { return value; });
  }

 private:
  [[nodiscard]] const T* find() const noexcept { return static_cast<const T*>(detail::Scope::find(this)); }
};

}  // namespace task

namespace marker {

// The key is an address. Its values are their scopes'.
template <class T>
struct unsafe_rules<task::Local<T>> {
  using Send = Always;
  using Sync = Always;
  using SyncMut = Always;
  using Owned = Always;
};
template <class T, class F>
struct unsafe_rules<task::LocalScope<T, F>> {
  using Send = If<IsSend<T>, IsSend<F>>;
  using Sync = If<IsSync<T>, IsSync<F>>;
  using Owned = If<IsOwned<T>, IsOwned<F>>;
};

}  // namespace marker
}  // namespace heddle::inline v0
