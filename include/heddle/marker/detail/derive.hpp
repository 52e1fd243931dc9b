// SPDX-License-Identifier: MIT
// RuleOf<P, T>: the rule by which T has the property P, from what the type is and what it says about itself.
#pragma once

#include <heddle/marker/detail/aggregate.hpp>
#include <heddle/marker/detail/closure.hpp>
#include <heddle/marker/detail/std_types.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/rules.hpp>

#include <cstddef>
#include <type_traits>

namespace heddle::inline v0::marker {

namespace detail {

/// Holds if every field's requirement does. The type's own answer may be needed to find it (a tree holds trees):
/// a cycle holds, as in Rust.
template <class... Requirements>
struct Fields {};
/// Holds if every capture has the property.
struct Captures {};

template <class T>
concept Complete = requires { sizeof(T); };
template <class T>
concept HasRules = Complete<unsafe_rules<T>>;

}  // namespace detail

struct Access {
  /// Whether T itself, no base of it, has HEDDLE_FIELDS.
  template <class T>
  static consteval bool lists_fields() {
    if constexpr (requires { fields_owner<T>(); }) {
      return std::is_same_v<decltype(fields_owner<T>()), void (T::*)() const>;
    } else {
      return false;
    }
  }
  template <class T>
  static auto fields(const T& object) {
    return T::heddle_fields_(object);
  }
  template <class T>
  static consteval const char* field_names() {
    return T::heddle_field_names_();
  }

  /// Whether neither T nor a base of it lists fields or claims anything, nor somebody else does for T.
  template <class T>
  static consteval bool says_nothing() {
    return !requires { &T::heddle_fields_are_of_; } && !requires { &T::heddle_unsafe_send_; } &&
           !requires { &T::heddle_unsafe_sync_; } && !requires { &T::heddle_unsafe_owned_; } && !unsafe_send<T> &&
           !unsafe_sync<T> && !unsafe_owned<T>;
  }

  /// Whether T itself, no base of it, claims P.
  template <class P, class T>
  static consteval bool claims() {
    if constexpr (std::is_same_v<P, SendProperty>) {
      if constexpr (requires { &T::heddle_unsafe_send_; }) return is_own<T>(&T::heddle_unsafe_send_);
    } else if constexpr (std::is_same_v<P, SyncProperty>) {
      if constexpr (requires { &T::heddle_unsafe_sync_; }) return is_own<T>(&T::heddle_unsafe_sync_);
    } else if constexpr (std::is_same_v<P, SyncMutProperty>) {
      if constexpr (requires { &T::heddle_unsafe_sync_mut_; }) return is_own<T>(&T::heddle_unsafe_sync_mut_);
    } else {
      if constexpr (requires { &T::heddle_unsafe_owned_; }) return is_own<T>(&T::heddle_unsafe_owned_);
    }
    return false;
  }

 private:
  template <class T>
  static auto fields_owner() -> decltype(&T::heddle_fields_are_of_);
  template <class T, class Claim>
  static consteval bool is_own(Claim) {
    return std::is_same_v<Claim, detail::Claimed<true> (T::*)() const>;
  }
};

namespace detail {

template <class P, class T>
consteval bool is_claimed() {
  if constexpr (std::is_same_v<P, SendProperty>) {
    if constexpr (unsafe_send<T>) return true;
  } else if constexpr (std::is_same_v<P, SyncProperty>) {
    if constexpr (unsafe_sync<T>) return true;
  } else if constexpr (std::is_same_v<P, SyncMutProperty>) {
    if constexpr (unsafe_sync_mut<T>) return true;
  } else {
    if constexpr (unsafe_owned<T>) return true;
  }
  return Access::claims<P, T>();
}

template <class T>
inline constexpr bool kValueLike = false;
template <template <class...> class C, class... T>
inline constexpr bool kValueLike<C<T...>> = unsafe_value_like<C>;

/// What a field must be for its class to be P: a mutable field is written through a const object.
template <class P, class F>
struct FieldRequirement;
template <class P, class T, bool Mutable>
struct FieldRequirement<P, Field<T, Mutable>> {
  using type = Requirement<P, T>;
};
template <class T>
struct FieldRequirement<SyncProperty, Field<T, true>> {
  using type = IsSyncMut<T>;
};

template <class P, class List>
struct AllFields;
template <class P, class... F>
struct AllFields<P, FieldList<F...>> {
  using type = Fields<typename FieldRequirement<P, F>::type...>;
};

/// What unsafe_rules<T> says of P; nothing said means no.
template <class T>
consteval auto stated(SendProperty*) {
  if constexpr (requires { typename unsafe_rules<T>::Send; }) {
    return typename unsafe_rules<T>::Send{};
  } else {
    return Never<"">{};
  }
}
template <class T>
consteval auto stated(SyncProperty*) {
  if constexpr (requires { typename unsafe_rules<T>::Sync; }) {
    return typename unsafe_rules<T>::Sync{};
  } else {
    return Never<"">{};
  }
}
template <class T>
consteval auto stated(SyncMutProperty*) {
  if constexpr (requires { typename unsafe_rules<T>::SyncMut; }) {
    return typename unsafe_rules<T>::SyncMut{};
  } else {
    return Never<"">{};
  }
}
template <class T>
consteval auto stated(OwnedProperty*) {
  if constexpr (requires { typename unsafe_rules<T>::Owned; }) {
    return typename unsafe_rules<T>::Owned{};
  } else {
    return Never<"">{};
  }
}

template <class P, class T>
consteval auto closure_rule() {
  if constexpr (OnlyBits<T>) {
    return Always{};
  } else {
#if HEDDLE_MARKER_SEES_CAPTURES
    if constexpr (NoReferenceCaptured<T>) {
      return Captures{};
    } else {
      return Never<"it captures by reference">{};
    }
#else
    return Never<"its captures can't be seen here, pass them as arguments">{};
#endif
  }
}

template <class T>
inline constexpr std::size_t kFieldCount = count_fields<T>();

template <class P, class T>
consteval auto aggregate_rule() {
  constexpr std::size_t n = kFieldCount<T>;
  if constexpr (n == kUnknown || n > kMostFields) {
    return Never<"list its members: HEDDLE_FIELDS">{};
  } else if constexpr (n == 0) {
    return Always{};
  } else {
    return typename AllFields<P, FieldsOf<T, n>>::type{};
  }
}

/// A structured binding of one calls get<I>(), which needn't give its fields.
template <class T>
concept TupleLike = requires { sizeof(std::tuple_size<T>); };

/// By what a class that states no rules and makes no claim is judged; the same for all properties.
enum class ClassKind : unsigned char { kEmpty, kStd, kValueLike, kUnion, kListed, kAggregate, kClosure, kSilent };

template <class T>
consteval ClassKind class_kind() {
  if constexpr (std::is_empty_v<T>) {
    return ClassKind::kEmpty;
  } else if constexpr (kValueLike<T>) {
    return ClassKind::kValueLike;
  } else if constexpr (!TupleLike<T> && Access::lists_fields<T>()) {
    return ClassKind::kListed;
  } else if constexpr (std::is_union_v<T>) {
    return ClassKind::kUnion;
  } else if constexpr (!TupleLike<T> && std::is_aggregate_v<T>) {
    return ClassKind::kAggregate;  // before the costly question for its name: the library has few aggregates
  } else if constexpr (kStdKind<T> != StdKind::kNone) {
    return ClassKind::kStd;
  } else {
    return kIsClosure<T> ? ClassKind::kClosure : ClassKind::kSilent;
  }
}
template <class T>
inline constexpr ClassKind kClassKind = class_kind<T>();

template <class P, class T>
consteval auto derived_rule() {
  constexpr ClassKind kind = kClassKind<T>;
  if constexpr (kind == ClassKind::kStd) {
    return std_rule<P, T>();
  } else if constexpr (std::is_same_v<P, SyncMutProperty>) {
    return Never<"use a Mutex">{};
  } else if constexpr (kind == ClassKind::kEmpty) {
    return Always{};
  } else if constexpr (kind == ClassKind::kValueLike) {
    return typename ValueRule<P, typename ArgumentsOf<T>::type>::type{};
  } else if constexpr (kind == ClassKind::kUnion) {
    return Never<"it is a union">{};
  } else if constexpr (kind == ClassKind::kListed) {
    return typename AllFields<P, decltype(Access::fields<T>(std::declval<const T&>()))>::type{};
  } else if constexpr (kind == ClassKind::kAggregate) {
    return aggregate_rule<P, T>();
  } else if constexpr (kind == ClassKind::kClosure) {
    return closure_rule<P, T>();
  } else if constexpr (type_name<T>().starts_with("std::")) {
    return Never<"no rule is known: unsafe_send">{};
  } else {
    return Never<"list its members: HEDDLE_FIELDS">{};
  }
}

template <class P, class T>
consteval auto class_rule() {
  if constexpr (!Complete<T>) {
    return Never<"its definition is not visible">{};
  } else if constexpr (std::is_same_v<P, SendProperty> && std::is_base_of_v<NotSend, T>) {
    return Never<"it is NotSend">{};
  } else if constexpr (std::is_same_v<P, SyncProperty> && std::is_base_of_v<NotSync, T>) {
    return Never<"it is NotSync">{};
  } else if constexpr (HasRules<T>) {
    return stated<T>(static_cast<P*>(nullptr));
  } else if constexpr (is_claimed<P, T>()) {
    return Always{};
  } else {
    return derived_rule<P, T>();
  }
}

template <class P, class T>
struct RuleFor {
  static consteval auto rule() {
    if constexpr (std::is_class_v<T> || std::is_union_v<T>) {
      return class_rule<P, T>();
    } else if constexpr (std::is_same_v<P, SyncMutProperty> && !std::is_void_v<T> && !std::is_function_v<T>) {
      return Never<"use an atomic or a Mutex">{};
    } else {
      return Always{};
    }
  }
  using type = decltype(rule());
};

// What most types at a door are: lambdas without captures, and aggregates that say nothing about themselves. The answer
// is class_rule's, at a quarter of its compile time.
template <class T>
concept SaysNothing = std::is_class_v<T> && Complete<T> && !HasRules<T> && !std::is_base_of_v<NotSend, T> &&
                      !std::is_base_of_v<NotSync, T> && !kValueLike<T> && Access::says_nothing<T>();
template <class T>
concept PlainAggregate = std::is_aggregate_v<T> && !std::is_empty_v<T> && !TupleLike<T> && kFieldCount<T> > 0 &&
                         kFieldCount<T> <= kMostFields;
template <class P, SaysNothing T>
  requires(!std::is_same_v<P, SyncMutProperty> && std::is_empty_v<T>)
struct RuleFor<P, T> {
  using type = Always;
};
template <class P, SaysNothing T>
  requires(!std::is_same_v<P, SyncMutProperty> && PlainAggregate<T>)
struct RuleFor<P, T> {
  using type = typename AllFields<P, FieldsOf<T, kFieldCount<T>>>::type;
};

template <class P, class T>
struct RuleFor<P, const T> {
  using type = If<Requirement<P, T>>;
};
template <class T>
struct RuleFor<SyncMutProperty, const T> {
  using type = If<IsSync<T>>;
};
template <class P, class T>
struct RuleFor<P, volatile T> : RuleFor<P, T> {};
template <class P, class T>
struct RuleFor<P, const volatile T> : RuleFor<P, const T> {};

template <class P, class T>
struct RuleFor<P, T*> {
  static consteval auto rule() {
    if constexpr (std::is_function_v<T>) {
      return Always{};
    } else if constexpr (std::is_same_v<std::remove_cv_t<T>, char>) {
      return Never<"use std::string">{};
    } else {
      return Never<"use unique_ptr or Arc">{};
    }
  }
  using type = decltype(rule());
};
template <class T>
struct RuleFor<SyncMutProperty, T*> {
  using type = Never<"use an atomic or a Mutex">;
};

template <class P, class T>
struct RuleFor<P, T[]> : RuleFor<P, std::remove_all_extents_t<T>> {};
template <class P, class T, std::size_t N>
struct RuleFor<P, T[N]> {
  using type = If<Requirement<P, std::remove_all_extents_t<T>>>;
};
template <class P, class T, std::size_t N>
struct RuleFor<P, const T[N]> : RuleFor<P, T[N]> {};

// A reference is const or not access to the object, from another thread.
template <class P, class T>
struct RuleFor<P, T&> {
  static consteval auto rule() {
    if constexpr (std::is_same_v<P, OwnedProperty>) {
      return Never<"hold a value instead">{};
    } else if constexpr (std::is_const_v<T>) {
      return If<IsSync<Pointed<std::remove_const_t<T>>>>{};
    } else {
      return If<Requirement<std::conditional_t<std::is_same_v<P, SendProperty>, P, SyncMutProperty>, Pointed<T>>>{};
    }
  }
  using type = decltype(rule());
};
template <class P, class T>
struct RuleFor<P, T&&> : RuleFor<P, T&> {};

template <class P, class T>
struct RuleFor<P, Pointed<T>> {
  static consteval bool may_be_derived() {
    if constexpr (std::is_class_v<T> && Complete<T>) {
      return std::is_polymorphic_v<T> && !std::is_final_v<T> && !HasRules<T> && !is_claimed<P, T>();
    } else {
      return false;
    }
  }
  static consteval auto rule() {
    if constexpr (may_be_derived()) {
      return Never<"make it final">{};
    } else {
      return If<Requirement<P, T>>{};
    }
  }
  using type = decltype(rule());
};

template <class P, class T>
using RuleOf = typename RuleFor<P, T>::type;

}  // namespace detail
}  // namespace heddle::inline v0::marker
