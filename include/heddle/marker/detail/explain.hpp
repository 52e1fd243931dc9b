// SPDX-License-Identifier: MIT
// Why a type doesn't have a property: the culprit, the way to it through fields and type arguments, and the reason.
// Instantiated only when a check fails.
#pragma once

#include <heddle/marker/detail/message.hpp>
#include <heddle/marker/send.hpp>

#include <cstddef>
#include <type_traits>

namespace heddle::inline v0::marker::detail {

/// The name of field I of T, as a Text.
template <class T, std::size_t I>
consteval auto field_text() {
  constexpr Line line = [] {
    Line out;
    if constexpr (Access::lists_fields<T>()) {
      out.add(list_entry(Slice::of(Access::field_names<T>()), I));
    } else if constexpr (constexpr Slice name = field_name<T, kFieldCount<T>, I>(); name.size() > 0) {
      out.add(name);
    } else {
      out.add("field ").add_number(I);
    }
    return out;
  }();
  return to_text<line.size()>(line);
}

/// The answer: T, by Path, doesn't have P, because of Reason.
template <class P, class T, class Path, Text Reason>
struct Culprit {};  // an object of it is the argument of refusal()

/// Follows the first requirement that fails.
template <class P, class T, class Path, class... Undecided>
consteval auto find_culprit();

template <class Rule>
struct Follow;

template <Text Reason>
struct Follow<Never<Reason>> {
  template <class P, class T, class Path, class... Undecided>
  static consteval auto follow() {
    return Culprit<P, T, Path, Reason>{};
  }
};

template <class Path, class Next, class... Undecided, class P, class T, class... Rest>
consteval auto follow_first(Requirement<P, T>*, Rest*... rest) {
  if constexpr (sizeof...(Rest) > 0 && holds<P, T, Undecided...>()) {
    return follow_first<Path, Next, Undecided...>(rest...);
  } else {
    return find_culprit<P, T, Next, Undecided...>();
  }
}

template <class... R>
struct Follow<If<R...>> {
  template <class P, class T, class Path, class... Undecided>
  static consteval auto follow() {
    return follow_first<Path, Extend<Path, T>, Undecided...>(static_cast<R*>(nullptr)...);
  }
};

template <class... R>
struct Follow<Fields<R...>> {
  template <class P, class T, class Path, class... Undecided>
  static consteval auto follow() {
    return field<P, T, Path, 0, Undecided...>(static_cast<R*>(nullptr)...);
  }
  template <class P, class T, class Path, std::size_t I, class... Undecided, class Q, class U, class... Rest>
  static consteval auto field(Requirement<Q, U>*, Rest*... rest) {
    if constexpr (sizeof...(Rest) > 0 && holds<Q, U, Undecided..., Open<P, T>>()) {
      return field<P, T, Path, I + 1, Undecided...>(rest...);
    } else {
      return find_culprit<Q, U, ExtendBy<Path, T, field_text<T, I>()>, Undecided..., Open<P, T>>();
    }
  }
};

#if HEDDLE_MARKER_SEES_CAPTURES
/// The first capture that hasn't P, by name: what the builtin passes can't be a result.
template <class P, class... Undecided>
struct FirstFault {
  Line line;
  template <class Capture>
  constexpr void operator()() {
    if constexpr (!holds<P, Capture, Undecided...>()) {
      if (line.size() == 0) line.add("it captures ").add_type(type_name<Capture>());
    }
  }
};
template <>
struct Follow<Captures> {
  template <class P, class F, class Path, class... Undecided>
  static consteval auto follow() {
    constexpr Line line = [] {
      FirstFault<P, Undecided...> fault;
      visit_captures<F>(fault);
      return fault.line;
    }();
    return Culprit<P, F, Path, to_text<line.size()>(line)>{};
  }
};
#endif

template <class P, class T, class Path, class... Undecided>
consteval auto find_culprit() {
  return Follow<RuleOf<P, T>>::template follow<P, T, Path, Undecided...>();
}

template <class T>
struct Unwrapped {
  using type = T;
};
template <class T>
struct Unwrapped<Pointed<T>> {
  using type = T;
};

template <class P, class T, class Path, Text Reason>
consteval auto refusal(Culprit<P, T, Path, Reason>) {
  return refusal_of<P, typename Unwrapped<T>::type, Reason>(static_cast<Path*>(nullptr));
}

/// What a door returns that refuses a T for want of P: an undefined class template, whose name says why.
template <class P, class T>
using RefusalFor = typename decltype(refusal(find_culprit<P, T, found_in<>>()))::type;

}  // namespace heddle::inline v0::marker::detail
