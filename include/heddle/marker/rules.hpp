// SPDX-License-Identifier: MIT
// How a type says whether it is Send, Sync, SyncMut and Owned, where that can't be derived from its fields.
//
// Most types need no word: scalars, standard containers and aggregates are derived, and a class with private members
// lists them with HEDDLE_FIELDS (fields.hpp), which the compiler verifies. A type that holds a raw pointer or locks
// something states its rules right after its definition. Rust writes `unsafe impl` there; all such claims contain
// the word unsafe, so that `grep unsafe_` finds what a reviewer has to believe.
//
//   // Arc gives `const T&` to whoever holds a clone, and the last clone, wherever it dies, destroys the T.
//   template <class T>
//   struct heddle::marker::unsafe_rules<heddle::sync::Arc<T>> {
//     using Send = If<IsSync<T>, IsSend<T>>;
//     using Sync = Send;
//     using Owned = If<IsOwned<T>>;
//   };
//
//   // Mutex passes the T from one thread to the next: nobody shares it.
//   template <class T>
//   struct heddle::marker::unsafe_rules<heddle::sync::Mutex<T>> {
//     using Send = If<IsSend<T>>;
//     using Sync = If<IsSend<T>>;
//     using Owned = If<IsOwned<T>>;
//   };
//
//   // Rc counts without atomics. The reason ends the error, so it says what to use instead.
//   template <class T>
//   struct heddle::marker::unsafe_rules<heddle::sync::Rc<T>> {
//     using Send = Never<"use Arc">;
//     using Sync = Never<"use Arc">;
//     using Owned = If<IsOwned<T>>;
//   };
//
// A property that is left out doesn't hold. `If<>` always holds, and has the name Always. The rules of a class are
// not those of a class derived from it.
#pragma once

#include <heddle/marker/detail/text.hpp>

#include <type_traits>

namespace heddle::inline v0::marker {

// The four properties. `Holds` is the property's concept for messages: see detail/explain.hpp.
struct SendProperty;
struct SyncProperty;
struct SyncMutProperty;
struct OwnedProperty;

/// "T has the property P."
template <class P, class T>
struct Requirement;
template <class T>
using IsSend = Requirement<SendProperty, T>;
template <class T>
using IsSync = Requirement<SyncProperty, T>;
template <class T>
using IsSyncMut = Requirement<SyncMutProperty, T>;
template <class T>
using IsOwned = Requirement<OwnedProperty, T>;

/// Holds if every requirement does.
template <class... Requirements>
struct If {};
/// Holds.
using Always = If<>;
/// Doesn't hold, for a reason that ends the error message. Empty: the message says enough.
template <Text Reason>
struct Never {};

/// T behind a pointer or reference: the object may be of a class derived from T, unless T is final or no polymorphic
/// class. As an argument of a requirement.
template <class T>
struct Pointed;

/// The rules of T, believed: members Send, Sync, SyncMut, Owned, each an If, Always or Never. For types outside a
/// library's hands, the four variables below are shorter.
template <class T>
struct unsafe_rules;

/// Marker fields, or bases: what has one isn't Send (Sync), whatever else it says. Safe: they only take away.
/// Rust's `PhantomData<*const ()>` and negative impls.
struct NotSend {};
struct NotSync {};

/// What a class says about itself stands in members that only this may see.
struct Access;

}  // namespace heddle::inline v0::marker

namespace heddle::inline v0 {

using marker::NotSend;
using marker::NotSync;

/// Claims about a type of somebody else: `template <> inline constexpr bool heddle::unsafe_send<Theirs> = true;`
template <class T>
inline constexpr bool unsafe_send = false;
template <class T>
inline constexpr bool unsafe_sync = false;
template <class T>
inline constexpr bool unsafe_sync_mut = false;
template <class T>
inline constexpr bool unsafe_owned = false;

/// Claims about somebody else's template: it has a property when all of its type arguments have it, like a container.
/// `template <> inline constexpr bool heddle::unsafe_value_like<their::small_map> = true;`
template <template <class...> class C>
inline constexpr bool unsafe_value_like = false;

namespace marker::detail {

template <bool Claim>
struct Claimed {};

}  // namespace marker::detail
}  // namespace heddle::inline v0

/// A claim inside the class, Rust's `unsafe impl Send`: `HEDDLE_UNSAFE_SEND(heddle::Send<T>);`. Anywhere in the class;
/// says nothing about derived classes.
#define HEDDLE_UNSAFE_SEND(...) HEDDLE_MARKER_CLAIM(heddle_unsafe_send_, __VA_ARGS__)
#define HEDDLE_UNSAFE_SYNC(...) HEDDLE_MARKER_CLAIM(heddle_unsafe_sync_, __VA_ARGS__)
#define HEDDLE_UNSAFE_SYNC_MUT(...) HEDDLE_MARKER_CLAIM(heddle_unsafe_sync_mut_, __VA_ARGS__)
#define HEDDLE_UNSAFE_OWNED(...) HEDDLE_MARKER_CLAIM(heddle_unsafe_owned_, __VA_ARGS__)

// A member function, since a pointer to it names the class that made the claim.
#define HEDDLE_MARKER_CLAIM(name, ...)                                      \
  friend struct ::heddle::marker::Access;                                   \
  auto name() const {                                                       \
    return ::heddle::marker::detail::Claimed<static_cast<bool>(__VA_ARGS__)>{}; \
  }                                                                         \
  static_assert(true)
