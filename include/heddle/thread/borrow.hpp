// SPDX-License-Identifier: MIT
// Borrows of a scope's threads: which memory, shared or mutable, and from which line.
#pragma once

#include <heddle/thread/detail/thread_cell.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <source_location>
#include <span>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace heddle::inline v0::thread {

/// Thrown by Scope::spawn, before the thread starts, when it would borrow memory that a thread of the scope has borrowed
/// which hasn't been joined, and one of the two borrows is mutable. `what()` names both lines.
///
/// Corresponds to Rust's compile errors E0499 and E0502.
class BorrowConflict : public std::logic_error {
 public:
  BorrowConflict(const std::string& message, const std::source_location& first, const std::source_location& second)
      : std::logic_error(message), first_(first), second_(second) {}

  /// Where the memory was borrowed first, and where again. Line 0 for a view that was passed without `ref` or `mut`.
  [[nodiscard]] const std::source_location& first() const noexcept { return first_; }
  [[nodiscard]] const std::source_location& second() const noexcept { return second_; }

 private:
  std::source_location first_;
  std::source_location second_;
};

namespace detail {

enum class Access : bool { kShared, kMutable };

/// Bytes [begin, end), as numbers: they are only compared.
struct Borrow {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  Access access = Access::kShared;
  std::source_location place;
};

/// The borrows of one thread, gathered before it starts. Room for two per argument: an object and its elements.
template <std::size_t Arguments>
class BorrowsOf {
 public:
  void add(const void* memory, std::size_t bytes, Access access, const std::source_location& place) noexcept {
    if (bytes == 0) return;
    // SAFETY: only compared as a number.
    const auto begin = reinterpret_cast<std::uintptr_t>(memory);
    borrows_[count_++] = {begin, begin + bytes, access, place};
  }

  [[nodiscard]] std::span<const Borrow> all() const noexcept { return {borrows_.data(), count_}; }

 private:
  std::array<Borrow, 2 * Arguments> borrows_;
  std::size_t count_ = 0;
};

/// A container whose elements stand in a row, outside of it or inside.
template <class T>
concept Contiguous = std::ranges::contiguous_range<const T> && std::ranges::sized_range<const T>;

template <class T>
std::size_t bytes_of(const T& range) noexcept {
  return std::ranges::size(range) * sizeof(std::ranges::range_value_t<const T>);
}

/// What `s.ref(x)` and `s.mut(x)` make: the callable gets a T&.
template <class T, Access kAccess>
class Borrowed : public Lent {
 public:
  Borrowed(T& object, const std::source_location& place) noexcept : object_(std::addressof(object)), place_(place) {}

  [[nodiscard]] T& lend() const noexcept { return *object_; }

  template <class Borrows>
  void note(Borrows& borrows) const noexcept {
    borrows.add(object_, sizeof(T), kAccess, place_);
    if constexpr (Contiguous<T>) {
      const auto* elements = std::to_address(std::ranges::data(*object_));
      const auto* object = reinterpret_cast<const std::byte*>(object_);  // SAFETY: only compared.
      const auto* first = reinterpret_cast<const std::byte*>(elements);  // SAFETY: only compared.
      const bool inside = std::greater_equal<>()(first, object) && std::less<>()(first, object + sizeof(T));
      if (!inside) borrows.add(elements, bytes_of(*object_), kAccess, place_);
    }
  }

 private:
  T* object_;
  std::source_location place_;
};

/// What `s.ref(view)` and `s.mut(view)` make: the callable gets the view.
template <class View, Access kAccess>
class BorrowedView : public Lent {
 public:
  BorrowedView(View view, const std::source_location& place) noexcept : view_(view), place_(place) {}

  [[nodiscard]] View lend() const noexcept { return view_; }

  template <class Borrows>
  void note(Borrows& borrows) const noexcept {
    borrows.add(std::ranges::data(view_), bytes_of(view_), kAccess, place_);
  }

 private:
  View view_;
  std::source_location place_;
};

/// Notes what an argument of Scope::spawn borrows, if it does.
template <class Borrows, class T>
void note_borrows(Borrows& borrows, const T& argument) noexcept {
  if constexpr (requires { argument.note(borrows); } && std::is_base_of_v<Lent, T>) argument.note(borrows);
}
template <class Borrows, class T, std::size_t Extent>
void note_borrows(Borrows& borrows, const std::span<T, Extent>& view) noexcept {
  borrows.add(view.data(), view.size_bytes(), std::is_const_v<T> ? Access::kShared : Access::kMutable, {});
}
template <class Borrows, class C, class Traits>
void note_borrows(Borrows& borrows, const std::basic_string_view<C, Traits>& view) noexcept {
  borrows.add(view.data(), view.size() * sizeof(C), Access::kShared, {});
}

}  // namespace detail
}  // namespace heddle::inline v0::thread
