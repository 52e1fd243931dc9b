// SPDX-License-Identifier: MIT
// LocalKey<T>: a value of its own for each thread, made in its first use and destroyed at its end.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/marker/rules.hpp>

#include <cstdint>
#include <expected>
#include <functional>
#include <source_location>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::thread {

/// The value of a LocalKey was asked for when this thread has destroyed it, or destroys it just now.
///
/// Corresponds to Rust's `thread::AccessError`.
class AccessError : public std::logic_error {
 public:
  AccessError();
};

namespace detail {

class LocalSlots;

/// A value of one thread: its base, so that it can be destroyed without knowing its type.
class Local {
 public:
  Local() = default;
  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;
  virtual ~Local() = default;

 private:
  friend class LocalSlots;
  // Where it is kept; set once there.
  LocalSlots* slots_ = nullptr;
  std::uint32_t number_ = 0;
};

/// The part of a LocalKey that doesn't know the value's type: the number of its slot in each thread.
class LocalKeyId {
 public:
  using Make = Local* (*)(const LocalKeyId&);

  explicit constexpr LocalKeyId(Make make) noexcept : make_(make) {}
  LocalKeyId(const LocalKeyId&) = delete;
  LocalKeyId& operator=(const LocalKeyId&) = delete;

  /// This thread's value, made if it is the first use; null once it is destroyed. Not inlined, so that a coroutine
  /// never keeps the address of a thread's own data across a suspension.
  [[gnu::noinline]] Local* find() const;

 private:
  friend class LocalSlots;

  /// The slot's number, given in the first use.
  std::uint32_t number() const noexcept;

  const Make make_;
  // Atomic. 0: no number yet.
  mutable base::atomic<std::uint32_t> number_{0};
};

/// What a call gives that is over when it returns: no coroutine, which would use what it was lent later, perhaps on
/// another thread.
template <class R>
concept EndsWithTheCall = !requires { typename R::promise_type; };

/// May be lent a thread's T.
template <class F, class T>
concept Borrower = std::invocable<F, const T&> && EndsWithTheCall<std::invoke_result_t<F, const T&>>;

}  // namespace detail

/// A variable that each thread has one of: `static constinit LocalKey<Cell<int>> counter([] { return Cell(0); });`
///
/// Shape       The key has static storage duration. `init` makes the value of a thread, when that first asks for it.
///             Values are destroyed when their thread ends, the last made first, as C++'s own thread_locals are; those
///             of the main thread at the end of the program.
/// Errors      An exception of `init` reaches the caller, and the next use tries again. std::logic_error where `init`
///             asks for its own value.
/// Threads     Any: each sees its own value, and only reads it; a Cell or RefCell can be changed.
/// Cost        A function call and a few loads: 1.5 ns.
///
/// Corresponds to Rust's `thread::LocalKey`.
template <class T>
class LocalKey : private detail::LocalKeyId {
  struct Value final : detail::Local {
    explicit Value(T (*init)()) : value(init()) {}
    T value;
  };

 public:
  explicit constexpr LocalKey(T (*init)()) noexcept : LocalKeyId(&make), init_(init) {}

  /// Calls `f` with this thread's value, and returns what it does: `f` must not be a coroutine. Throws AccessError once
  /// the value is destroyed.
  template <detail::Borrower<T> F>
  decltype(auto) with(F&& f) const {
    detail::Local* local = find();
    if (local == nullptr) throw AccessError();
    return std::invoke(std::forward<F>(f), std::as_const(static_cast<Value*>(local)->value));
  }

  /// The same, with the AccessError returned.
  template <detail::Borrower<T> F>
  auto try_with(F&& f) const -> std::expected<std::invoke_result_t<F, const T&>, AccessError> {
    detail::Local* local = find();
    if (local == nullptr) return std::unexpected(AccessError());
    const T& value = static_cast<Value*>(local)->value;
    if constexpr (std::is_void_v<std::invoke_result_t<F, const T&>>) {
      std::invoke(std::forward<F>(f), value);
      return {};
    } else {
      return std::invoke(std::forward<F>(f), value);
    }
  }

  // For a T that is a Cell: its verbs on this thread's value. All throw AccessError as with() does.
  [[nodiscard]] auto get() const
    requires requires(const T& cell) { cell.get(); }
  {
    return with([](const T& cell) { return cell.get(); });
  }
  template <class U>
    requires requires(const T& cell, U&& value) { cell.set(std::forward<U>(value)); }
  void set(U&& value) const {
    with([&value](const T& cell) { cell.set(std::forward<U>(value)); });
  }
  template <class U>
    requires requires(const T& cell, U&& value) { cell.replace(std::forward<U>(value)); }
  auto replace(U&& value) const {
    return with([&value](const T& cell) { return cell.replace(std::forward<U>(value)); });
  }
  auto take() const
    requires requires(const T& cell) { cell.take(); }
  {
    return with([](const T& cell) { return cell.take(); });
  }

  // For a T that is a RefCell: calls `f` with what its borrow gives, which ends with the call.
  template <class F>
    requires requires(const T& cell) { cell.borrow(); }
  auto with_borrow(F&& f, std::source_location where = std::source_location::current()) const {
    return with([&](const T& cell) { return std::invoke(std::forward<F>(f), *cell.borrow(where)); });
  }
  template <class F>
    requires requires(const T& cell) { cell.borrow_mut(); }
  auto with_borrow_mut(F&& f, std::source_location where = std::source_location::current()) const {
    return with([&](const T& cell) { return std::invoke(std::forward<F>(f), *cell.borrow_mut(where)); });
  }

 private:
  static detail::Local* make(const detail::LocalKeyId& key) {
    return new Value(static_cast<const LocalKey&>(key).init_);
  }

  T (*const init_)();
};

}  // namespace heddle::inline v0::thread

namespace heddle::inline v0::marker {

// Each thread sees its own T.
template <class T>
struct unsafe_rules<thread::LocalKey<T>> {
  using Send = Always;
  using Sync = Always;
  using SyncMut = Always;
  using Owned = Always;
};

}  // namespace heddle::inline v0::marker
