// SPDX-License-Identifier: MIT
// What a lambda with captures holds: as much as each compiler lets be seen.
//
// Every compiler: a closure that is trivially copyable and can be made from bytes in a constant expression holds no
// pointer, reference or union, at any depth: [bit.cast] forbids those.
// Clang: __builtin_dump_struct passes each capture to a function template, on an object that exists nowhere.
#pragma once

#include <heddle/marker/detail/text.hpp>

#include <type_traits>

#if defined(__clang__) && __clang_major__ >= 16
#define HEDDLE_MARKER_SEES_CAPTURES 1
#else
#define HEDDLE_MARKER_SEES_CAPTURES 0
#endif

namespace heddle::inline v0::marker::detail {

/// Whether a type that is called `name` is that of a lambda expression, and not only made from one.
constexpr bool names_closure(Slice name) noexcept {
  if (name.size() == 0) return false;
  const char last = name[name.size() - 1];
  if (last == ')') return name.find("(lambda at ") != name.size() && name[0] != '<';  // Clang
  if (last != '>') return false;
  std::size_t start = name.size();  // GCC: the bracket that closes at the end opens before "lambda"
  for (std::size_t depth = 0; start > 0; --start) {
    if (name[start - 1] == '>') ++depth;
    if (name[start - 1] == '<' && --depth == 0) break;
  }
  return start > 0 && name.from(start).starts_with("lambda");
}

template <class T>
inline constexpr bool kIsClosure = std::is_class_v<T> && names_closure(type_name<T>());

/// Holds only bits: no pointer, no reference.
template <class F>
concept OnlyBits = std::is_trivially_copyable_v<F> && requires {
  typename std::bool_constant<(static_cast<void>(__builtin_bit_cast(F, Text<sizeof(F)>{})), true)>;
};

#if HEDDLE_MARKER_SEES_CAPTURES

/// Room for an F that is never made.
template <class F>
union Unmade {
  char nothing;
  F object;
  constexpr Unmade() noexcept : nothing() {}
  constexpr ~Unmade() {}
};

/// Finds a capture by reference: the text of its type ends in '&'.
struct ReferenceFinder {
  bool* found;
  template <class... Other>
  constexpr void operator()(Other&&...) const {}
  template <class... Value>
  constexpr void operator()(const char*, const char*, const char* type, const char*, Value&&...) const {
    const Slice text = Slice::of(type);
    if (text.size() > 0 && text[text.size() - 1] == '&') *found = true;
  }
};

/// Looking at a reference of an object that was never made is no constant expression, which tells it as well.
template <class F>
concept NoReferenceCaptured = requires {
  typename std::bool_constant<([] {
    Unmade<F> unmade;
    bool found = false;
    __builtin_dump_struct(__builtin_addressof(unmade.object), ReferenceFinder{&found});
    if (found) throw 1;
    return true;
  }())>;
};

/// Calls `visit.operator()<Capture>()` for each capture. The builtin passes a scalar as an lvalue, any other capture
/// as a pointer to it.
template <class Visit>
struct CaptureVisitor {
  Visit* visit;
  template <class... Other>
  constexpr void operator()(Other&&...) const {}
  template <class Value>
  constexpr void operator()(const char*, const char*, const char*, const char*, Value&&) const {
    using Passed = std::remove_cvref_t<Value>;
    if constexpr (std::is_lvalue_reference_v<Value>) {
      visit->template operator()<Passed>();
    } else {
      visit->template operator()<std::remove_cv_t<std::remove_pointer_t<Passed>>>();
    }
  }
};

template <class F, class Visit>
constexpr void visit_captures(Visit& visit) {
  Unmade<F> unmade;
  __builtin_dump_struct(__builtin_addressof(unmade.object), CaptureVisitor<Visit>{&visit});
}

#endif

}  // namespace heddle::inline v0::marker::detail
