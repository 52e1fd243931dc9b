// SPDX-License-Identifier: MIT
// std::atomic's twin under the checker: each operation is a scheduling point, each load has every value it may have.
//
// Outside of an execution (see model.hpp) it is a plain variable.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <type_traits>

namespace heddle_model {

namespace detail {

/// True while the checker runs a model's own code. Written by the checker alone.
extern bool watching;

/// How an atomic finds its history: which execution it was last used in, and where its history is kept there.
struct Anchor {
  mutable std::uint64_t execution = 0;
  mutable std::uint32_t slot = 0;
};

/// An atomic as the checker sees it. `initial` is its value in an execution that has not touched it yet.
struct Object {
  const Anchor& anchor;
  std::uint64_t initial;
  unsigned size;
};

enum class Modify : std::uint8_t { kExchange, kAdd, kSub, kAnd, kOr, kXor };

void created(const Object& object);
void destroyed(const Object& object);
[[nodiscard]] std::uint64_t load(const Object& object, std::memory_order order, std::source_location where);
void store(const Object& object, std::uint64_t value, std::memory_order order, std::source_location where);
std::uint64_t modify(const Object& object, Modify how, std::uint64_t operand, std::memory_order order,
                     std::source_location where);

struct Comparison {
  std::uint64_t expected;
  std::uint64_t desired;
  std::memory_order success;
  std::memory_order failure;
  bool weak;
};
/// True if exchanged; else `expected` becomes what was found.
[[nodiscard]] bool compare_exchange(const Object& object, Comparison& comparison, std::source_location where);

constexpr std::memory_order failure_of(std::memory_order success) noexcept {
  if (success == std::memory_order_acq_rel) return std::memory_order_acquire;
  if (success == std::memory_order_release) return std::memory_order_relaxed;
  return success;
}

}  // namespace detail

/// An atomic under the checker. T: trivially copyable, of 8 bytes at most.
template <class T>
class atomic {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t));
  using Where = std::source_location;
  using Order = std::memory_order;

 public:
  using value_type = T;
  static constexpr bool is_always_lock_free = true;

  constexpr atomic() noexcept : atomic(T{}) {}
  constexpr atomic(T value) noexcept : value_(value) {
    if
      !consteval {
        if (detail::watching) detail::created(object());
      }
  }
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;
  constexpr ~atomic() {
    if
      !consteval {
        if (detail::watching) detail::destroyed(object());
      }
  }

  [[nodiscard]] T load(Order order = std::memory_order_seq_cst, Where where = Where::current()) const noexcept {
    return detail::watching ? value(detail::load(object(), order, where)) : value_;
  }

  void store(T desired, Order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
    if (!detail::watching) return static_cast<void>(value_ = desired);
    detail::store(object(), bits(desired), order, where);
  }

  T exchange(T desired, Order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
    return modify(detail::Modify::kExchange, desired, order, where);
  }

  bool compare_exchange_strong(T& expected, T desired, Order success, Order failure,
                               Where where = Where::current()) noexcept {
    return compare(expected, {bits(expected), bits(desired), success, failure, false}, where);
  }
  bool compare_exchange_strong(T& expected, T desired, Order order = std::memory_order_seq_cst,
                               Where where = Where::current()) noexcept {
    return compare(expected, {bits(expected), bits(desired), order, detail::failure_of(order), false}, where);
  }
  bool compare_exchange_weak(T& expected, T desired, Order success, Order failure,
                             Where where = Where::current()) noexcept {
    return compare(expected, {bits(expected), bits(desired), success, failure, true}, where);
  }
  bool compare_exchange_weak(T& expected, T desired, Order order = std::memory_order_seq_cst,
                             Where where = Where::current()) noexcept {
    return compare(expected, {bits(expected), bits(desired), order, detail::failure_of(order), true}, where);
  }

  T fetch_add(T operand, Order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
    return modify(detail::Modify::kAdd, operand, order, where);
  }
  T fetch_sub(T operand, Order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
    return modify(detail::Modify::kSub, operand, order, where);
  }
  T fetch_and(T operand, Order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
    return modify(detail::Modify::kAnd, operand, order, where);
  }
  T fetch_or(T operand, Order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
    return modify(detail::Modify::kOr, operand, order, where);
  }
  T fetch_xor(T operand, Order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
    return modify(detail::Modify::kXor, operand, order, where);
  }

  /// For the checker's futex: what stands for this word there.
  [[nodiscard]] detail::Object object() const noexcept { return {anchor_, bits(value_), sizeof(T)}; }

 private:
  static std::uint64_t bits(const T& from) noexcept {
    std::uint64_t to = 0;
    std::memcpy(&to, &from, sizeof(T));
    return to;
  }
  static T value(std::uint64_t from) noexcept {
    T to;
    std::memcpy(&to, &from, sizeof(T));
    return to;
  }

  T modify(detail::Modify how, T operand, Order order, Where where) noexcept {
    if (detail::watching) return value(detail::modify(object(), how, bits(operand), order, where));
    const T before = value_;
    if (how == detail::Modify::kExchange) {
      value_ = operand;
    } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      switch (how) {
        case detail::Modify::kAdd: value_ = static_cast<T>(before + operand); break;
        case detail::Modify::kSub: value_ = static_cast<T>(before - operand); break;
        case detail::Modify::kAnd: value_ = static_cast<T>(before & operand); break;
        case detail::Modify::kOr: value_ = static_cast<T>(before | operand); break;
        default: value_ = static_cast<T>(before ^ operand); break;
      }
    }
    return before;
  }

  bool compare(T& expected, detail::Comparison comparison, Where where) noexcept {
    if (!detail::watching) {
      const bool equal = bits(value_) == comparison.expected;
      equal ? value_ = value(comparison.desired) : expected = value_;
      return equal;
    }
    if (detail::compare_exchange(object(), comparison, where)) return true;
    expected = value(comparison.expected);
    return false;
  }

  detail::Anchor anchor_;
  // The value outside of executions, and the one that each execution starts with.
  T value_;
};

/// Says that the caller spins on what another thread will change: it is run again when something has changed.
void spin_hint() noexcept;

}  // namespace heddle_model
