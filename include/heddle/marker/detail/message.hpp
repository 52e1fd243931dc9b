// SPDX-License-Identifier: MIT
// What a refused call prints: class templates that are declared and never defined, whose name and arguments are the
// message, since a compiler's first error line for such a call names the return type and stands at the call.
//
// GCC prints a string argument whole, so there the message is one sentence. Clang cuts it after 36 characters, so
// there the message is spelled in names and types: hence their sentence-like, unusual spelling.
#pragma once

#include <heddle/marker/detail/closure.hpp>
#include <heddle/marker/rules.hpp>

#include <cstddef>
#include <type_traits>

namespace heddle::inline v0::marker {

/// The way from the type that was passed to the culprit.
template <class... Steps>
struct found_in;
/// A step through a field of T.
template <class T, Text Name>
struct field;
/// The reason, in pieces that Clang prints whole.
template <Text... Words>
struct because;

template <class T, class... Why>
struct cannot_be_sent_between_threads_safely;
template <class T, class... Why>
struct cannot_be_shared_between_threads_safely;
template <class T, class... Why>
struct cannot_be_written_by_several_threads_at_once;
template <class T, class... Why>
struct borrows_and_may_outlive_what_it_points_to;

template <Text Sentence>
struct error;

namespace detail {

/// Builds a text at compile time.
class Line {
 public:
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  constexpr char operator[](std::size_t i) const noexcept { return chars_[i]; }

  constexpr Line& add(Slice text) noexcept {
    for (std::size_t i = 0; i < text.size() && size_ < kCapacity; ++i) chars_[size_++] = text[i];
    return *this;
  }
  constexpr Line& add_number(std::size_t number) noexcept {
    if (number > 9) add_number(number / 10);
    const char digit = static_cast<char>('0' + number % 10);
    return add({&digit, 1});
  }
  /// A type's name without what compilers add to it.
  constexpr Line& add_type(Slice name) noexcept {
    while (name.size() > 0) {
      bool replaced = false;
      for (const Shorter& shorter : kShorter) {
        if (!name.starts_with(shorter.printed)) continue;
        add(shorter.meant);
        name = name.from(shorter.printed.size());
        replaced = true;
        break;
      }
      if (!replaced) {
        add(name.first(1));
        name = name.from(1);
      }
    }
    return *this;
  }

 private:
  struct Shorter {
    Slice printed, meant;
  };
  static constexpr Shorter kShorter[] = {
      {"std::__cxx11::basic_string<char>", "std::string"},
      {"std::basic_string<char>", "std::string"},
      {"std::basic_string_view<char>", "std::string_view"},
      {"std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string"},
      {"std::__cxx11::", "std::"},
      {"std::__n4861::", "std::"},
      {"heddle::v0::sync::", ""},
      {"heddle::v0::marker::", ""},
      {"heddle::sync::", ""},
      {"heddle::v0::", ""},
      {"heddle::", ""},
      {"{anonymous}::", ""},
      {"(anonymous namespace)::", ""},
      {" >", ">"},
  };
  static constexpr std::size_t kCapacity = 1024;
  char chars_[kCapacity]{};
  std::size_t size_ = 0;
};

template <std::size_t Size>
constexpr Text<Size + 1> to_text(const Line& line, std::size_t start = 0) noexcept {
  Text<Size + 1> text;
  for (std::size_t i = 0; i < Size; ++i) text.chars[i] = line[start + i];
  return text;
}

/// Entry I of "a_, b_, c_".
constexpr Slice list_entry(Slice list, std::size_t i) noexcept {
  for (; i > 0; --i) list = list.from(list.find(",") + 1);
  list = list.first(list.find(","));
  while (list[0] == ' ') list = list.from(1);
  return list;
}

// A path grows by a type, or by a field of a type. What only wraps a type is no step.
template <class Path, class T>
struct ExtendedBy;
template <class... Steps, class T>
struct ExtendedBy<found_in<Steps...>, T> {
  using type = found_in<Steps..., T>;
};
template <class... Steps, class T>
struct ExtendedBy<found_in<Steps...>, Pointed<T>> {
  using type = found_in<Steps...>;
};
template <class... Steps, class T>
struct ExtendedBy<found_in<Steps...>, const T> {
  using type = found_in<Steps...>;
};
template <class... Steps, class T, std::size_t N>
struct ExtendedBy<found_in<Steps...>, T[N]> {
  using type = found_in<Steps...>;
};
template <class Path, class T>
using Extend = typename ExtendedBy<Path, T>::type;
template <class Path, class T, Text Name>
using ExtendBy = Extend<Path, field<T, Name>>;

#ifdef __clang__

/// The size of the next piece of `rest`: at most 32 characters, and it ends with a word.
constexpr std::size_t next_piece(Slice rest) noexcept {
  constexpr std::size_t kLongest = 32;
  if (rest.size() <= kLongest) return rest.size();
  std::size_t end = kLongest;
  while (end > 1 && rest[end - 1] != ' ') --end;
  return end;
}

/// Reason, cut into pieces.
template <Text Reason, std::size_t Start, Text... Words>
consteval auto cut() {
  constexpr std::size_t size = next_piece(Slice(Reason).from(Start));
  if constexpr (size == 0) {
    return static_cast<because<Words...>*>(nullptr);
  } else {
    constexpr Line line = Line().add(Slice(Reason).from(Start).first(size));
    return cut<Reason, Start + size, Words..., to_text<size>(line)>();
  }
}

template <class P, class T, class... Why>
struct Named;
template <class T, class... Why>
struct Named<SendProperty, T, Why...> {
  using type = cannot_be_sent_between_threads_safely<T, Why...>;
};
template <class T, class... Why>
struct Named<SyncProperty, T, Why...> {
  using type = cannot_be_shared_between_threads_safely<T, Why...>;
};
template <class T, class... Why>
struct Named<SyncMutProperty, T, Why...> {
  using type = cannot_be_written_by_several_threads_at_once<T, Why...>;
};
template <class T, class... Why>
struct Named<OwnedProperty, T, Why...> {
  using type = borrows_and_may_outlive_what_it_points_to<T, Why...>;
};

template <class P, class T, Text Reason, class... Path>
consteval auto refusal_type() {
  if constexpr (sizeof(Reason.chars) == 1) {
    return std::type_identity<typename Named<P, T, Path...>::type>{};
  } else {
    using Because = std::remove_pointer_t<decltype(cut<Reason, 0>())>;
    return std::type_identity<typename Named<P, T, Because, Path...>::type>{};
  }
}
template <class P, class T, Text Reason, class... Steps>
consteval auto refusal_of(found_in<Steps...>*) {
  if constexpr (sizeof...(Steps) == 0) {
    return refusal_type<P, T, Reason>();
  } else {
    return refusal_type<P, T, Reason, found_in<Steps...>>();
  }
}

#else

constexpr Slice sentence_of(SendProperty*) { return "cannot be sent between threads safely"; }
constexpr Slice sentence_of(SyncProperty*) { return "cannot be shared between threads safely"; }
constexpr Slice sentence_of(SyncMutProperty*) { return "cannot be written by several threads at once"; }
constexpr Slice sentence_of(OwnedProperty*) { return "borrows, and may outlive what it points to"; }

template <class T>
constexpr void add_name(Line& line, std::type_identity<T>) {
  if constexpr (kIsClosure<T>) {
    line.add("a closure");
  } else {
    line.add_type(type_name<T>());
  }
}
template <class T, Text Name>
constexpr void add_name(Line& line, std::type_identity<field<T, Name>>) {
  line.add_type(type_name<T>()).add(".").add(Name);
}

template <class T>
constexpr void add_quoted(Line& line, std::type_identity<T> type) {
  if constexpr (!kIsClosure<T>) line.add("`");
  add_name(line, type);
  if constexpr (!kIsClosure<T>) line.add("`");
}

template <class P, class T, Text Reason, class... Steps>
consteval auto refusal_of(found_in<Steps...>*) {
  constexpr Line line = [] {
    Line out;
    add_quoted(out, std::type_identity<T>{});
    out.add(" ").add(sentence_of(static_cast<P*>(nullptr)));
    if constexpr (sizeof(Reason.chars) > 1) out.add(": ").add(Reason);
    if constexpr (sizeof...(Steps) > 0) {
      out.add("; found in ");
      (..., (add_name(out, std::type_identity<Steps>{}), out.add(" -> ")));
      add_name(out, std::type_identity<T>{});
    }
    return out;
  }();
  return std::type_identity<error<to_text<line.size()>(line)>>{};
}

#endif

}  // namespace detail
}  // namespace heddle::inline v0::marker
