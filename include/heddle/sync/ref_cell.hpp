// SPDX-License-Identifier: MIT
// RefCell<T>: a value whose borrows are checked while the program runs, within one thread.
//
//   borrows    meaning
//   0          not borrowed
//   n > 0      n shared borrows (Ref)
//   n < 0      -n exclusive ones (RefMut): more than one only as parts made by map_split
#pragma once

#include <heddle/base/assert.hpp>
#include <heddle/base/held_guards.hpp>
#include <heddle/marker/rules.hpp>

#include <concepts>
#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <memory>
#include <source_location>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {
namespace sync {

/// The value is borrowed exclusively: no shared borrow is possible. Corresponds to `std::cell::BorrowError`.
class BorrowError : public std::logic_error {
 public:
  /// `earlier` is where it was borrowed, null if that isn't known.
  explicit BorrowError(const base::HeldGuards::Entry* earlier);
};

/// The value is borrowed: no exclusive borrow is possible. Corresponds to `std::cell::BorrowMutError`.
class BorrowMutError : public std::logic_error {
 public:
  /// `earlier` is where it was borrowed last, null if that isn't known.
  explicit BorrowMutError(const base::HeldGuards::Entry* earlier);
};

namespace detail {

/// One borrow of a RefCell: +1 or -1 in its count.
template <int kSign>
class Borrow {
 public:
  using Count = std::intptr_t;

  Borrow(Count& borrows, const std::source_location& where) noexcept
      : borrows_(&borrows), index_(base::held_guards.add(&borrows, where)) {
    // Only forgotten borrows get there.
    HEDDLE_INVARIANT(borrows != (kSign > 0 ? std::numeric_limits<Count>::max() : std::numeric_limits<Count>::min()),
                     "too many borrows of one RefCell");
    borrows += kSign;
  }
  Borrow(Borrow&& other) noexcept : borrows_(std::exchange(other.borrows_, nullptr)), index_(other.index_) {}
  Borrow& operator=(Borrow&& other) noexcept {
    Borrow old(std::move(other));
    std::swap(borrows_, old.borrows_);
    std::swap(index_, old.index_);
    return *this;
  }
  ~Borrow() {
    if (borrows_ == nullptr) return;
    base::held_guards.remove(index_);
    *borrows_ -= kSign;
  }

  [[nodiscard]] Borrow another(const std::source_location& where) const noexcept { return {*borrows_, where}; }

 private:
  // Null once moved from.
  Count* borrows_;
  base::HeldGuards::Index index_;
};

}  // namespace detail

/// A shared borrow of the value of a RefCell, or of a part of it. Must not be held across `co_await`.
///
/// Corresponds to `std::cell::Ref`.
template <class T>
class [[nodiscard("the borrow ends at once")]] Ref {
 public:
  const T& operator*() const noexcept { return *value_; }
  const T* operator->() const noexcept { return value_; }

  [[nodiscard]] static Ref clone(const Ref& ref, std::source_location where = std::source_location::current()) {
    return {ref.borrow_.another(where), *ref.value_};
  }
  /// Narrows the borrow to the part that `part` returns a reference to.
  template <std::invocable<const T&> F>
    requires std::is_lvalue_reference_v<std::invoke_result_t<F, const T&>>
  [[nodiscard]] static auto map(Ref ref, F&& part) {
    using U = std::remove_cvref_t<std::invoke_result_t<F, const T&>>;
    const U& narrowed = std::invoke(std::forward<F>(part), *ref);
    return Ref<U>(std::move(ref.borrow_), narrowed);
  }
  /// As map; `part` returns a pointer, and null gives the borrow back.
  template <std::invocable<const T&> F>
    requires std::is_pointer_v<std::invoke_result_t<F, const T&>>
  [[nodiscard]] static auto filter_map(Ref ref, F&& part) {
    using U = std::remove_cv_t<std::remove_pointer_t<std::invoke_result_t<F, const T&>>>;
    const U* narrowed = std::invoke(std::forward<F>(part), *ref);
    using Result = std::expected<Ref<U>, Ref>;
    if (narrowed == nullptr) return Result(std::unexpect, std::move(ref));
    return Result(std::in_place, Ref<U>(std::move(ref.borrow_), *narrowed));
  }

 private:
  template <class U>
  friend class RefCell;
  template <class U>
  friend class Ref;

  Ref(detail::Borrow<+1>&& borrow, const T& value) noexcept : borrow_(std::move(borrow)), value_(&value) {}

  detail::Borrow<+1> borrow_;
  const T* value_;
};

/// The exclusive borrow of the value of a RefCell, or of a part of it. Must not be held across `co_await`.
///
/// Corresponds to `std::cell::RefMut`.
template <class T>
class [[nodiscard("the borrow ends at once")]] RefMut {
 public:
  T& operator*() noexcept { return *value_; }
  const T& operator*() const noexcept { return *value_; }
  T* operator->() noexcept { return value_; }
  const T* operator->() const noexcept { return value_; }

  /// Narrows the borrow to the part that `part` returns a reference to.
  template <std::invocable<T&> F>
    requires std::is_lvalue_reference_v<std::invoke_result_t<F, T&>>
  [[nodiscard]] static auto map(RefMut ref, F&& part) {
    using U = std::remove_reference_t<std::invoke_result_t<F, T&>>;
    U& narrowed = std::invoke(std::forward<F>(part), *ref);
    return RefMut<U>(std::move(ref.borrow_), narrowed);
  }
  /// As map; `part` returns a pointer, and null gives the borrow back.
  template <std::invocable<T&> F>
    requires std::is_pointer_v<std::invoke_result_t<F, T&>>
  [[nodiscard]] static auto filter_map(RefMut ref, F&& part) {
    using U = std::remove_pointer_t<std::invoke_result_t<F, T&>>;
    U* narrowed = std::invoke(std::forward<F>(part), *ref);
    using Result = std::expected<RefMut<U>, RefMut>;
    if (narrowed == nullptr) return Result(std::unexpect, std::move(ref));
    return Result(std::in_place, RefMut<U>(std::move(ref.borrow_), *narrowed));
  }

  /// Two borrows of parts that don't overlap, by Rust's name.
  template <class A, class B>
  struct Split {
    RefMut<A> first;
    RefMut<B> second;

    Split(RefMut<A>&& a, RefMut<B>&& b) noexcept : first(std::move(a)), second(std::move(b)) {}
  };
  /// `first` and `second` each return a reference to a part; that these don't overlap is the caller's promise.
  template <std::invocable<T&> F, std::invocable<T&> G>
  [[nodiscard]] static auto map_split(RefMut ref, F&& first, G&& second,
                                      std::source_location where = std::source_location::current()) {
    using A = std::remove_reference_t<std::invoke_result_t<F, T&>>;
    using B = std::remove_reference_t<std::invoke_result_t<G, T&>>;
    A& a = std::invoke(std::forward<F>(first), *ref);
    B& b = std::invoke(std::forward<G>(second), *ref);
    RefMut<B> other(ref.borrow_.another(where), b);
    return Split<A, B>(RefMut<A>(std::move(ref.borrow_), a), std::move(other));
  }

 private:
  template <class U>
  friend class RefCell;
  template <class U>
  friend class RefMut;

  RefMut(detail::Borrow<-1>&& borrow, T& value) noexcept : borrow_(std::move(borrow)), value_(&value) {}

  detail::Borrow<-1> borrow_;
  T* value_;
};

/// A value that const access may borrow: by many to read, or by one to change. Each borrow is checked.
///
/// Threads     Not Sync: for one thread at a time.
/// Cost        A word beside the value; a borrow costs a few plain instructions.
///
/// Corresponds to `std::cell::RefCell`.
template <class T>
class RefCell {
  using Where = std::source_location;

 public:
  constexpr RefCell()
    requires std::default_initializable<T>
  = default;
  explicit constexpr RefCell(T value) : value_(std::move(value)) {}
  RefCell(const RefCell&) = delete;
  RefCell& operator=(const RefCell&) = delete;
  ~RefCell() { HEDDLE_ASSERT(borrows_ == 0, "a RefCell was destroyed while borrowed"); }

  /// Errors      Throws BorrowError while the value is borrowed exclusively.
  [[nodiscard]] Ref<T> borrow(Where where = Where::current()) const {
    if (borrows_ < 0) [[unlikely]] throw BorrowError(earlier());
    return {detail::Borrow<+1>(borrows_, where), value_};
  }
  /// Errors      Throws BorrowMutError while the value is borrowed.
  [[nodiscard]] RefMut<T> borrow_mut(Where where = Where::current()) const {
    if (borrows_ != 0) [[unlikely]] throw BorrowMutError(earlier());
    return {detail::Borrow<-1>(borrows_, where), value_};
  }
  [[nodiscard]] std::expected<Ref<T>, BorrowError> try_borrow(Where where = Where::current()) const {
    if (borrows_ < 0) return std::unexpected(BorrowError(earlier()));
    return borrow(where);
  }
  [[nodiscard]] std::expected<RefMut<T>, BorrowMutError> try_borrow_mut(Where where = Where::current()) const {
    if (borrows_ != 0) return std::unexpected(BorrowMutError(earlier()));
    return borrow_mut(where);
  }

  /// Puts `value` in, and gives what was there. As borrow_mut().
  T replace(T value, Where where = Where::current()) const {
    return std::exchange(*borrow_mut(where), std::move(value));
  }
  /// As replace, with what `make` makes of the value.
  template <std::invocable<T&> F>
  T replace_with(F&& make, Where where = Where::current()) const {
    RefMut<T> value = borrow_mut(where);
    return std::exchange(*value, std::invoke(std::forward<F>(make), *value));
  }
  /// Gives what was there, and leaves T().
  T take(Where where = Where::current()) const
    requires std::default_initializable<T>
  {
    return replace(T(), where);
  }
  void swap(const RefCell& other, Where where = Where::current()) const {
    std::swap(*borrow_mut(where), *other.borrow_mut(where));
  }

  /// Without a check: non-const access means that nobody borrows.
  [[nodiscard]] T& get_mut() noexcept { return value_; }
  [[nodiscard]] T into_inner() && { return std::move(value_); }

 private:
  [[nodiscard]] const base::HeldGuards::Entry* earlier() const noexcept { return base::held_guards.find(&borrows_); }

  mutable std::intptr_t borrows_ = 0;
  mutable T value_{};
};

}  // namespace sync

using sync::Ref;
using sync::RefCell;
using sync::RefMut;

}  // namespace heddle::inline v0

// Const access counts borrows, without a lock.
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::RefCell<T>> {
  using Send = If<IsSend<T>>;
  using Sync = Never<"use Mutex or RwLock">;
  using Owned = If<IsOwned<T>>;
};
// A borrow begins, is cloned and ends by plain writes to its RefCell, on the RefCell's thread.
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::Ref<T>> {
  using Send = Never<"a borrow of a RefCell stays on its thread">;
  using Sync = Never<"a borrow of a RefCell stays on its thread">;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::RefMut<T>> {
  using Send = Never<"a borrow of a RefCell stays on its thread">;
  using Sync = Never<"a borrow of a RefCell stays on its thread">;
};
