// SPDX-License-Identifier: MIT
// Slot: where the result of a coroutine is written, by whoever consumes it: nothing yet, a value or an exception.
#pragma once

#include <heddle/base/unit.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace heddle::inline v0::future::detail {

/// Like variant<monostate, T, exception_ptr>, but half the code and no valueless state: a constructor that throws
/// leaves the slot empty.
template <class T>
class Slot {
  using Value = base::Stored<T>;
  enum class Holds : std::uint8_t { kNothing, kValue, kException };

 public:
  Slot() noexcept {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() { reset(); }

  /// Replaces what is there: a coroutine whose locals throw on `co_return` may catch that, and return again.
  template <class... Args>
  void set_value(Args&&... args) {
    if (holds_ != Holds::kNothing) [[unlikely]] reset();
    std::construct_at(&value_, std::forward<Args>(args)...);
    holds_ = Holds::kValue;
  }

  /// A result that couldn't be stored is replaced by the exception that says why.
  void set_exception(std::exception_ptr error) noexcept {
    reset();
    std::construct_at(&exception_, std::move(error));
    holds_ = Holds::kException;
  }

  [[nodiscard]] bool has_value() const noexcept { return holds_ == Holds::kValue; }
  [[nodiscard]] Value& value() noexcept { return value_; }

  /// Moves the value out, or throws the exception. Only when there is one.
  T take() {
    if (holds_ == Holds::kException) [[unlikely]] std::rethrow_exception(std::move(exception_));
    return base::from_stored<T>(std::move(value_));
  }

 private:
  void reset() noexcept {
    if (holds_ == Holds::kValue) std::destroy_at(&value_);
    if (holds_ == Holds::kException) std::destroy_at(&exception_);
    holds_ = Holds::kNothing;
  }

  union {
    Value value_;
    std::exception_ptr exception_;
  };
  Holds holds_ = Holds::kNothing;
};

}  // namespace heddle::inline v0::future::detail
