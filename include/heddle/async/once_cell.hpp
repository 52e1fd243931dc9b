// SPDX-License-Identifier: MIT
// OnceCell: a value that the first task to need it makes, by a future.
#pragma once

#include <heddle/async/detail/batch_semaphore.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/send.hpp>

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::async {

template <class T, class F, class Result>
class OnceCellInit;

/// Why OnceCell::set refused its value, which is given back.
///
/// Corresponds to Tokio's `SetError`.
template <class T>
class SetError {
 public:
  enum class Kind : std::uint8_t { kAlreadyInitialized, kInitializing };

  SetError(Kind kind, T value) : value_(std::move(value)), kind_(kind) {}
  [[nodiscard]] bool is_already_init() const noexcept { return kind_ == Kind::kAlreadyInitialized; }
  [[nodiscard]] bool is_initializing() const noexcept { return kind_ == Kind::kInitializing; }
  [[nodiscard]] const T& value() const noexcept { return value_; }
  [[nodiscard]] T into_inner() && { return std::move(value_); }
  [[nodiscard]] const char* message() const noexcept {
    return is_initializing() ? "the value is being initialised" : "the value was set before";
  }

 private:
  T value_;
  Kind kind_;

  HEDDLE_FIELDS(value_, kind_);
};

/// A cell whose value is made once, when first asked for, by a future that all who ask wait for.
///
/// Shape       Doesn't move. Destroyed when nobody waits, and no call is running.
/// Threads     Any. Everything but the ways to take the value out is const: share it by Arc or by reference.
/// Cost        Once there is a value: one load.
///
/// Corresponds to Tokio's `sync::OnceCell`.
template <class T>
class OnceCell {
 public:
  OnceCell() noexcept = default;
  /// With a value from the start.
  explicit OnceCell(T value) : value_(std::move(value)), set_(true) { one_.close(); }
  OnceCell(const OnceCell&) = delete;
  OnceCell& operator=(const OnceCell&) = delete;

  [[nodiscard]] bool initialized() const noexcept { return set_.load(base::acquire); }

  /// The value, or null if there is none yet.
  [[nodiscard]] const T* get() const noexcept { return initialized() ? &*value_ : nullptr; }
  [[nodiscard]] T* get_mut() noexcept { return initialized() ? &*value_ : nullptr; }

  /// Sets the value, if there is none and nobody is making one.
  std::expected<void, SetError<T>> set(T value) const {
    using Kind = typename SetError<T>::Kind;
    switch (one_.try_acquire(1)) {
      case detail::Grant::kClosed: return std::unexpected(SetError<T>(Kind::kAlreadyInitialized, std::move(value)));
      case detail::Grant::kNoPermits: return std::unexpected(SetError<T>(Kind::kInitializing, std::move(value)));
      case detail::Grant::kAcquired: break;
    }
    try {
      put(std::move(value));
    } catch (...) {
      one_.release(1);
      throw;
    }
    return {};
  }

  /// Waits for the value, and gives a reference to it. If there is none, the future that `f()` returns makes it.
  ///
  /// Errors      What `f` or its future throws is thrown; the next who waits then calls its own `f`.
  /// Cancelling  Safe: if the task that makes the value is cancelled, its future is destroyed, and the next who waits
  ///             calls its own `f`. Calling get_or_init of the same cell within `f` waits for ever.
  template <class F>
    requires Future<std::invoke_result_t<F&>>
  [[nodiscard]] auto get_or_init(F f) const {
    return OnceCellInit<T, F, const T&>(*this, std::move(f));
  }

  /// The same for a future that gives an expected<T, E>. Gives an expected<const T*, E>, with a valid pointer.
  /// An error goes to the caller whose `f` made it, and the next who waits calls its own.
  template <class F>
    requires Future<std::invoke_result_t<F&>>
  [[nodiscard]] auto get_or_try_init(F f) const {
    using E = typename OutputOf<std::invoke_result_t<F&>>::error_type;
    return OnceCellInit<T, F, std::expected<const T*, E>>(*this, std::move(f));
  }

  /// Moves the value out, or gives nothing. Only when no one else uses the cell.
  [[nodiscard]] std::optional<T> into_inner() && { return std::move(value_); }

 private:
  template <class, class, class>
  friend class OnceCellInit;

  // Only with the permit, which is then gone for good.
  template <class... Args>
  void put(Args&&... args) const {
    value_.emplace(std::forward<Args>(args)...);
    set_.store(true, base::release);  // pairs with initialized()
    one_.close();
  }

  // Written once, with the permit; read after set_.
  mutable std::optional<T> value_;
  // Atomic.
  mutable base::atomic<bool> set_{false};
  // One permit: the right to make the value. Closed when that is done.
  detail::BatchSemaphore one_{1};
};

/// The future of OnceCell::get_or_init and get_or_try_init.
///
/// Shape       Doesn't move. The OnceCell must outlive it.
/// Cost        Nothing is allocated. One load once there is a value. Spends one unit of budget.
template <class T, class F, class Result>
class [[nodiscard]] OnceCellInit {
  using Making = std::invoke_result_t<F&>;
  static constexpr bool kFallible = !std::is_reference_v<Result>;

 public:
  using Output = Result;
  static constexpr future::Loss kLoss = future::Loss::kLosesPlace;

  OnceCellInit(const OnceCell<T>& cell, F f) : cell_(cell), acquiring_(cell.one_, 1), f_(std::move(f)) {}
  OnceCellInit(const OnceCellInit&) = delete;
  OnceCellInit& operator=(const OnceCellInit&) = delete;
  ~OnceCellInit() { cancel(); }

  /// Drops it where it stands.
  void cancel() noexcept {
    acquiring_.cancel();
    if (step_ == Step::kMaking) stop_making();
  }

  Poll<Result> poll(Context& cx) {
    if (step_ == Step::kDone) throw PolledAfterCompletion();
    if (step_ == Step::kAsking) {
      if (cell_.initialized()) {
        if (!cx.may_proceed()) return Pending;
        cx.made_progress();
        return give();
      }
      switch (acquiring_.poll(cx)) {
        case detail::Grant::kNoPermits: return Pending;
        case detail::Grant::kClosed: return give();
        case detail::Grant::kAcquired: start_making();
      }
    }
    return make(cx);
  }

 private:
  enum class Step : std::uint8_t { kAsking, kMaking, kDone };

  Poll<Result> give() {
    step_ = Step::kDone;
    return Poll<Result>(std::in_place, &*cell_.value_);
  }

  void start_making() {
    try {
      ::new (static_cast<void*>(std::addressof(making_))) Making(std::invoke(f_));
    } catch (...) {
      step_ = Step::kDone;
      cell_.one_.release(1);
      throw;
    }
    step_ = Step::kMaking;
  }

  void stop_making() noexcept {
    step_ = Step::kDone;
    std::destroy_at(std::addressof(making_));
    cell_.one_.release(1);
  }

  Poll<Result> make(Context& cx) {
    try {
      auto answer = making_.poll(cx);
      if (answer.is_pending()) return Pending;
      if constexpr (kFallible) {
        auto made = answer.take();
        if (!made) {
          stop_making();
          return Poll<Result>(std::in_place, std::unexpect, std::move(made).error());
        }
        cell_.put(*std::move(made));
      } else {
        cell_.put(answer.take());
      }
    } catch (...) {
      stop_making();
      throw;
    }
    std::destroy_at(std::addressof(making_));
    return give();
  }

  const OnceCell<T>& cell_;
  detail::Acquiring acquiring_;
  F f_;
  // Alive in step kMaking.
  union {
    Making making_;
  };
  Step step_ = Step::kAsking;

  HEDDLE_UNSAFE_SEND(heddle::Send<T> && heddle::Sync<T> && heddle::Send<F> && heddle::Send<Making>);
};

}  // namespace heddle::inline v0::async

// All who look share the T, and the owner of the cell destroys it.
template <class T>
struct heddle::marker::unsafe_rules<heddle::async::OnceCell<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>, IsSync<T>>;
  using Owned = If<IsOwned<T>>;
};
