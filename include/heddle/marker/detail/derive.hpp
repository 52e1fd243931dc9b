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

  /// Whether T itself, no base of it, claims P.
  template <class P, class T>
  static consteval bool claims() {
    if constexpr (requires { claim<T>(static_cast<P*>(nullptr)); }) {
      return std::is_same_v<decltype(claim<T>(static_cast<P*>(nullptr))), detail::Claimed<true> (T::*)() const>;
    } else {
      return false;
    }
  }

 private:
  template <class T>
  static auto fields_owner() -> decltype(&T::heddle_fields_are_of_);
  template <class T>
  static auto claim(SendProperty*) -> decltype(&T::heddle_unsafe_send_);
  template <class T>
  static auto claim(SyncProperty*) -> decltype(&T::heddle_unsafe_sync_);
  template <class T>
  static auto claim(SyncMutProperty*) -> decltype(&T::heddle_unsafe_sync_mut_);
  template <class T>
  static auto claim(OwnedProperty*) -> decltype(&T::heddle_unsafe_owned_);
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

template <class P, class... F>
Fields<typename FieldRequirement<P, F>::type...> all_fields(FieldList<F...>);

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

template <class P, class T>
consteval auto aggregate_rule() {
  constexpr std::size_t n = count_fields<T>();
  if constexpr (n == kUnknown || n > kMostFields) {
    return Never<"list its members: HEDDLE_FIELDS">{};
  } else if constexpr (n == 0) {
    return Always{};
  } else {
    return decltype(all_fields<P>(FieldsOf<T, n>{})){};
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
  } else if constexpr (kStdKind<T> != StdKind::kNone) {
    return std_rule<P, T>();
  } else if constexpr (std::is_same_v<P, SyncMutProperty>) {
    return Never<"use a Mutex">{};
  } else if constexpr (kValueLike<T>) {
    return typename ValueRule<P, typename ArgumentsOf<T>::type>::type{};
  } else if constexpr (std::is_empty_v<T>) {
    return Always{};
  } else if constexpr (std::is_union_v<T>) {
    return Never<"it is a union">{};
  } else if constexpr (Access::lists_fields<T>()) {
    return decltype(all_fields<P>(Access::fields<T>(std::declval<const T&>()))){};
  } else if constexpr (std::is_aggregate_v<T>) {
    return aggregate_rule<P, T>();
  } else if constexpr (kIsClosure<T>) {
    return closure_rule<P, T>();
  } else if constexpr (type_name<T>().starts_with("std::")) {
    return Never<"no rule is known: unsafe_send">{};
  } else {
    return Never<"list its members: HEDDLE_FIELDS">{};
  }
}

template <class Pointee>
using PointerRule = std::conditional_t<std::is_same_v<Pointee, char>, Never<"use std::string">,
                                       Never<"use unique_ptr or Arc">>;

template <class P, class T>
struct RuleFor {
  static consteval auto find() {
    constexpr bool is_sync_mut = std::is_same_v<P, SyncMutProperty>;
    if constexpr (std::is_const_v<T> || std::is_volatile_v<T>) {
      return If<Requirement<std::conditional_t<is_sync_mut, SyncProperty, P>, std::remove_cv_t<T>>>{};
    } else if constexpr (std::is_pointer_v<T> && !std::is_function_v<std::remove_pointer_t<T>>) {
      return PointerRule<std::remove_cv_t<std::remove_pointer_t<T>>>{};
    } else if constexpr (std::is_scalar_v<T>) {
      return std::conditional_t<is_sync_mut, Never<"use an atomic or a Mutex">, Always>{};
    } else if constexpr (std::is_void_v<T> || std::is_function_v<T>) {
      return Always{};
    } else if constexpr (std::is_array_v<T>) {
      return If<Requirement<P, std::remove_all_extents_t<T>>>{};
    } else {
      return class_rule<P, T>();
    }
  }
};

// A reference is const or not access to the object, from another thread.
template <class P, class T>
struct RuleFor<P, T&> {
  static consteval auto find() {
    if constexpr (std::is_same_v<P, OwnedProperty>) {
      return Never<"hold a value instead">{};
    } else if constexpr (std::is_const_v<T>) {
      return If<IsSync<Pointed<std::remove_const_t<T>>>>{};
    } else {
      return If<Requirement<std::conditional_t<std::is_same_v<P, SendProperty>, P, SyncMutProperty>, Pointed<T>>>{};
    }
  }
};
template <class P, class T>
struct RuleFor<P, T&&> : RuleFor<P, T&> {};

template <class P, class T>
struct RuleFor<P, Pointed<T>> {
  static consteval auto find() {
    if constexpr (std::is_class_v<T>) {
      if constexpr (Complete<T>) {
        if constexpr (std::is_polymorphic_v<T> && !std::is_final_v<T> && !HasRules<T> && !is_claimed<P, T>()) {
          return Never<"make it final">{};
        } else {
          return If<Requirement<P, T>>{};
        }
      } else {
        return If<Requirement<P, T>>{};
      }
    } else {
      return If<Requirement<P, T>>{};
    }
  }
};

template <class P, class T>
using RuleOf = decltype(RuleFor<P, T>::find());

}  // namespace detail
}  // namespace heddle::inline v0::marker
