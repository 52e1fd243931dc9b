// SPDX-License-Identifier: MIT
// The fields of an aggregate: how many there are, their types, and, for messages, their names.
//
// Clang counts and binds them itself. Elsewhere they are counted by trying how many initializers T{…} takes.
#pragma once

#include <heddle/marker/fields.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

#if defined(__clang__) && __has_builtin(__builtin_structured_binding_size)
#define HEDDLE_MARKER_BINDS_PACKS 1
#else
#define HEDDLE_MARKER_BINDS_PACKS 0
#endif

namespace heddle::inline v0::marker::detail {

inline constexpr std::size_t kMostFields = 64;
inline constexpr std::size_t kUnknown = ~std::size_t{0};

template <std::size_t I, class First, class... Rest>
constexpr auto nth_address(const First& first, const Rest&... rest) {
  if constexpr (I == 0) {
    return __builtin_addressof(first);
  } else {
    return nth_address<I - 1>(rest...);
  }
}

#if HEDDLE_MARKER_BINDS_PACKS
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc++26-extensions"

template <class T>
consteval std::size_t count_fields() {
  if constexpr (requires { __builtin_structured_binding_size(T); }) {
    return __builtin_structured_binding_size(T);
  } else {
    return kUnknown;
  }
}

template <std::size_t>
struct Bindings {
  template <class T>
  static auto fields(const T& object) {
    auto& [... field] = object;
    return FieldList<FieldOf<decltype(field)>...>{};
  }
  template <std::size_t I, class T>
  static constexpr auto address(const T& object) {
    auto& [... field] = object;
    return nth_address<I>(field...);
  }
};

#pragma clang diagnostic pop
#else

/// Converts to whatever a field may be.
struct Anything {
  template <class T>
  operator T() const noexcept;
};
template <std::size_t>
struct Bindings;
#include <heddle/marker/detail/bindings.inc>

template <class T, bool WithData>
struct AnyBaseOf {
  template <class Base>
    requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T> && !(WithData && std::is_empty_v<Base>))
  operator Base() const noexcept;
};
template <std::size_t>
using AnythingAt = Anything;

/// T{anything, … N times}.
template <class T, std::size_t... I>
consteval bool takes(std::index_sequence<I...>) {
  return requires { T{AnythingAt<I>{}...}; };
}
/// T{anything, …, {anything, …}, anything, …}.
template <class T, std::size_t... Before, std::size_t... Nested, std::size_t... After>
consteval bool takes_nested(std::index_sequence<Before...>, std::index_sequence<Nested...>,
                            std::index_sequence<After...>) {
  return requires { T{AnythingAt<Before>{}..., {AnythingAt<Nested>{}...}, AnythingAt<After>{}...}; };
}
/// T{base, …, base, anything, …}.
template <class T, bool WithData, std::size_t... Bases, std::size_t... After>
consteval bool takes_bases(std::index_sequence<Bases...>, std::index_sequence<After...>) {
  return requires { T{(static_cast<void>(Bases), AnyBaseOf<T, WithData>{})..., AnythingAt<After>{}...}; };
}
template <std::size_t N>
using Sequence = std::make_index_sequence<N>;

/// How many initializers T{…} takes at most when an array counts as its elements.
template <class T, std::size_t N = 1, bool Found = false>
consteval std::size_t count_initializers() {
  constexpr bool taken = takes<T>(Sequence<N>{});
  if constexpr (taken) {
    return count_initializers<T, N + 1, true>();
  } else if constexpr (Found) {
    return N - 1;
  } else if constexpr (N > 4 * kMostFields) {
    return kUnknown;
  } else {
    return count_initializers<T, N + 1, false>();
  }
}

/// The length of the array whose elements start at initializer I of N; 1 if none does.
template <class T, std::size_t N, std::size_t I, std::size_t Length = 2>
consteval std::size_t array_length() {
  if constexpr (I + Length > N) {
    return 1;
  } else if constexpr (!takes_nested<T>(Sequence<I>{}, Sequence<Length>{}, Sequence<N - I - Length>{}) ||
                       takes_nested<T>(Sequence<I>{}, Sequence<Length>{}, Sequence<N - I - Length + 1>{})) {
    return array_length<T, N, I, Length + 1>();
  } else {
    return Length;
  }
}

template <class T, std::size_t N, std::size_t I = 0>
consteval std::size_t merge_arrays() {
  if constexpr (I >= N) {
    return 0;
  } else {
    return 1 + merge_arrays<T, N, I + array_length<T, N, I>()>();
  }
}

template <class T, std::size_t Initializers, std::size_t Bases = 0>
consteval std::size_t count_bases() {
  if constexpr (Bases < Initializers &&
                takes_bases<T, false>(Sequence<Bases + 1>{}, Sequence<Initializers - Bases - 1>{})) {
    return count_bases<T, Initializers, Bases + 1>();
  } else {
    return Bases;
  }
}

/// Fields, given how many initializers T{…} takes and how many of them are fields or bases.
template <class T, std::size_t Initializers, std::size_t Members>
consteval std::size_t without_bases() {
  constexpr std::size_t bases = count_bases<T, Initializers>();
  if constexpr (bases == 0) {
    return Members;
  } else if constexpr (takes_bases<T, true>(Sequence<1>{}, Sequence<Initializers - 1>{})) {
    return kUnknown;  // a structured binding can't name fields of two classes
  } else {
    return Members - bases;
  }
}

/// T{{}, … N times}: then there are N fields and no array among them, since each pair of braces is one field.
template <class T, std::size_t N>
consteval bool takes_braces() {
  if constexpr (N > kMostFields) {
    return false;
  } else {
    return Bindings<N>::template kTakesBraces<T>;
  }
}

/// How many pairs of braces T{…} takes.
template <class T, std::size_t N = 0>
consteval std::size_t count_braces() {
  if constexpr (takes_braces<T, N + 1>()) {
    return count_braces<T, N + 1>();
  } else {
    return N;
  }
}

/// T{{}, … N times, anything}.
template <class T, std::size_t N>
consteval bool takes_more_than_braces() {
  return Bindings<N>::template kTakesMore<T>;
}

template <class T>
consteval std::size_t count_initialized() {
  constexpr std::size_t initializers = count_initializers<T>();
  if constexpr (initializers == kUnknown) {
    return kUnknown;
  } else if constexpr (takes_braces<T, initializers>()) {
    return without_bases<T, initializers, initializers>();
  } else {
    return without_bases<T, initializers, merge_arrays<T, initializers>()>();
  }
}

/// Braces are the quick way, since nothing is converted: it is right if a field that isn't made from {} doesn't stop
/// the count.
template <class T>
consteval std::size_t count_fields() {
  constexpr std::size_t braces = count_braces<T>();
  if constexpr (braces == 0 || braces == kMostFields) {
    return count_initialized<T>();
  } else if constexpr (takes_more_than_braces<T, braces>()) {
    return count_initialized<T>();
  } else if constexpr (takes_bases<T, false>(Sequence<1>{}, Sequence<0>{})) {
    return count_initialized<T>();
  } else {
    return braces;
  }
}

#endif

/// The fields of T as a FieldList. T is an aggregate of 1 to kMostFields fields.
template <class T, std::size_t N>
using FieldsOf = decltype(Bindings<N>::fields(std::declval<const T&>()));

// The name of a field: the compiler prints the address of a field of an object that exists nowhere.
template <class T>
struct Holder {
  T value;
};
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class T>
extern const Holder<T> nowhere;

template <auto Address>
consteval Slice name_at() {
  Slice name = between(__PRETTY_FUNCTION__, "Address = ", ']');
  std::size_t end = name.size();
  while (name[end - 1] == ')') --end;
  std::size_t start = end;
  while (start > 0 && name[start - 1] != '.' && name[start - 1] != ':') --start;
  return {name.data() + start, end - start};
}

template <class T, std::size_t N, std::size_t I>
concept NamedField =
    requires { typename std::bool_constant<(name_at<Bindings<N>::template address<I>(nowhere<T>.value)>(), true)>; };

/// The name of field I of N, or "" if the compiler doesn't tell.
template <class T, std::size_t N, std::size_t I>
consteval Slice field_name() {
  if constexpr (NamedField<T, N, I>) {
    return name_at<Bindings<N>::template address<I>(nowhere<T>.value)>();
  } else {
    return {};
  }
}
#ifdef __clang__
#pragma clang diagnostic pop
#endif

}  // namespace heddle::inline v0::marker::detail
