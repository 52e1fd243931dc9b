// SPDX-License-Identifier: MIT
// Text at compile time: a string as a template argument, and the name of a type as the compiler prints it.
#pragma once

#include <cstddef>

namespace heddle::inline v0::marker {

/// A string literal as a template argument.
template <std::size_t N>
struct Text {
  char chars[N]{};
  constexpr Text() noexcept = default;
  // NOLINTNEXTLINE: implicit, so that a literal can be the argument.
  constexpr Text(const char (&literal)[N]) noexcept {
    for (std::size_t i = 0; i < N; ++i) chars[i] = literal[i];
  }
};

namespace detail {

/// Part of a string. std::string_view would cost every user of this room its header.
class Slice {
 public:
  constexpr Slice() noexcept = default;
  constexpr Slice(const char* first, std::size_t size) noexcept : first_(first), size_(size) {}
  template <std::size_t N>
  constexpr Slice(const char (&literal)[N]) noexcept : Slice(literal, N - 1) {}
  template <std::size_t N>
  constexpr Slice(const Text<N>& text) noexcept : Slice(text.chars, N - 1) {}

  static constexpr Slice of(const char* zero_terminated) noexcept {
    std::size_t size = 0;
    while (zero_terminated[size] != '\0') ++size;
    return {zero_terminated, size};
  }

  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr const char* data() const noexcept { return first_; }
  constexpr char operator[](std::size_t i) const noexcept { return first_[i]; }

  [[nodiscard]] constexpr Slice from(std::size_t start) const noexcept { return {first_ + start, size_ - start}; }
  [[nodiscard]] constexpr Slice first(std::size_t size) const noexcept { return {first_, size}; }
  [[nodiscard]] constexpr bool starts_with(Slice prefix) const noexcept {
    if (size_ < prefix.size_) return false;
    for (std::size_t i = 0; i < prefix.size_; ++i) {
      if (first_[i] != prefix.first_[i]) return false;
    }
    return true;
  }
  [[nodiscard]] constexpr bool is(Slice other) const noexcept { return size_ == other.size_ && starts_with(other); }

  /// Where `part` stands first, or size() if nowhere.
  [[nodiscard]] constexpr std::size_t find(Slice part) const noexcept {
    for (std::size_t i = 0; i + part.size_ <= size_; ++i) {
      if (from(i).starts_with(part)) return i;
    }
    return size_;
  }

 private:
  const char* first_ = nullptr;
  std::size_t size_ = 0;
};

/// What stands between `before` and the last `after` of what the compiler calls a function.
constexpr Slice between(Slice function, Slice before, char after) noexcept {
  Slice rest = function.from(function.find(before) + before.size());
  std::size_t end = rest.size();
  while (rest[end - 1] != after) --end;
  return rest.first(end - 1);
}

template <class T>
consteval Slice name_of_this_function() noexcept {
  return __PRETTY_FUNCTION__;
}
// What surrounds "int" in it surrounds every type: looked for once, since every type's name is asked for.
inline constexpr std::size_t kBeforeName = name_of_this_function<int>().find("T = ") + 4;
inline constexpr std::size_t kAroundName = name_of_this_function<int>().size() - 3;

/// T as the compiler prints it.
template <class T>
consteval Slice type_name() noexcept {
  constexpr Slice whole = name_of_this_function<T>();
  return whole.from(kBeforeName).first(whole.size() - kAroundName);
}

}  // namespace detail
}  // namespace heddle::inline v0::marker
