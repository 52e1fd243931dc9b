// SPDX-License-Identifier: MIT
// HEDDLE_FIELDS: a class with private members lists them, and the compiler verifies the list.
#pragma once

#include <heddle/marker/rules.hpp>

#include <type_traits>

namespace heddle::inline v0::marker::detail {

/// A field: its type, and whether it is `mutable`, that is, written through const.
template <class T, bool Mutable>
struct Field {};
template <class... Fields>
struct FieldList {};

/// The Field behind a name that a structured binding gave to a member of a *const* object: the name's type is const
/// unless the member is mutable or a reference.
template <class Bound>
using FieldOf = Field<std::conditional_t<std::is_reference_v<Bound>, Bound, std::remove_const_t<Bound>>,
                      !std::is_reference_v<Bound> && !std::is_const_v<Bound>>;

}  // namespace heddle::inline v0::marker::detail

/// Lists all data members of a class, so that its Send, Sync and Owned can be derived: `HEDDLE_FIELDS(name_, queue_);`
///
/// It stands anywhere in the class and is a structured binding of the object: a member that is missing, or one too
/// many, doesn't compile. A class whose data are partly in a base class can't list them: claim with HEDDLE_UNSAFE_SEND.
#define HEDDLE_FIELDS(...)                                                                                \
  friend struct ::heddle::marker::Access;                                                                 \
  void heddle_fields_are_of_() const {}                                                                   \
  static constexpr const char* heddle_field_names_() { return #__VA_ARGS__; }                             \
  template <class HeddleSelf>                                                                             \
  static constexpr auto heddle_fields_(const HeddleSelf& heddle_self) {                                   \
    auto& [__VA_ARGS__] = heddle_self;                                                                    \
    return ::heddle::marker::detail::FieldList<HEDDLE_MARKER_EACH(HEDDLE_MARKER_FIELD, __VA_ARGS__)>{};   \
  }                                                                                                       \
  static_assert(true)

#define HEDDLE_MARKER_FIELD(name) ::heddle::marker::detail::FieldOf<decltype(name)>

// HEDDLE_MARKER_EACH(m, a, b, …) is m(a), m(b), …; for up to 340 names.
#define HEDDLE_MARKER_EACH(m, ...) HEDDLE_MARKER_SCAN(HEDDLE_MARKER_STEP(m, __VA_ARGS__))
#define HEDDLE_MARKER_STEP(m, a, ...) m(a) __VA_OPT__(, HEDDLE_MARKER_AGAIN HEDDLE_MARKER_PARENS(m, __VA_ARGS__))
#define HEDDLE_MARKER_AGAIN() HEDDLE_MARKER_STEP
#define HEDDLE_MARKER_PARENS ()
#define HEDDLE_MARKER_SCAN(...) HEDDLE_MARKER_SCAN1(HEDDLE_MARKER_SCAN1(HEDDLE_MARKER_SCAN1(HEDDLE_MARKER_SCAN1(__VA_ARGS__))))
#define HEDDLE_MARKER_SCAN1(...) HEDDLE_MARKER_SCAN2(HEDDLE_MARKER_SCAN2(HEDDLE_MARKER_SCAN2(HEDDLE_MARKER_SCAN2(__VA_ARGS__))))
#define HEDDLE_MARKER_SCAN2(...) HEDDLE_MARKER_SCAN3(HEDDLE_MARKER_SCAN3(HEDDLE_MARKER_SCAN3(HEDDLE_MARKER_SCAN3(__VA_ARGS__))))
#define HEDDLE_MARKER_SCAN3(...) HEDDLE_MARKER_SCAN4(HEDDLE_MARKER_SCAN4(HEDDLE_MARKER_SCAN4(HEDDLE_MARKER_SCAN4(__VA_ARGS__))))
#define HEDDLE_MARKER_SCAN4(...) __VA_ARGS__
