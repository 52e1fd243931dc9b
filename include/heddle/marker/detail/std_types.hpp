// SPDX-License-Identifier: MIT
// The rules of the standard library's types, by name: naming std::vector doesn't cost its user <vector>, <map>,
// <filesystem> and forty other headers (1.3 s of compile time).
//
// The name is the one that the compiler prints, without the library's inline namespaces. Only the library may put
// names into namespace std, so nobody else's type is mistaken for one of these.
#pragma once

#include <heddle/marker/detail/text.hpp>
#include <heddle/marker/rules.hpp>

#include <cstddef>
#include <initializer_list>
#include <type_traits>

namespace heddle::inline v0::marker::detail {

/// How a type of the standard library answers.
enum class StdKind : unsigned char {
  kNone,      ///< not in the table
  kValue,     ///< as its type arguments: containers, optional, tuple, …
  kPlain,     ///< all but SyncMut
  kSync,      ///< synchronises itself: all
  kAtomic,    ///< all, if its argument is Send and Owned
  kUnique,    ///< unique_ptr
  kShared,    ///< shared_ptr, weak_ptr
  kReference, ///< reference_wrapper
  kSpan,      ///< span: T& in disguise
  kList,      ///< initializer_list: const T& in disguise
  kString,    ///< string_view: const T& in disguise
  kErased,    ///< hides what it holds
  kGuard,     ///< bound to the thread that locked
  kCoroutine, ///< a raw coroutine handle
};

struct StdRow {
  Slice name;
  StdKind kind;
};

// NOLINTNEXTLINE: one line per kind reads better than one per name.
inline constexpr StdRow kStdTypes[] = {
    // clang-format off
    {"allocator", StdKind::kValue}, {"array", StdKind::kValue}, {"basic_string", StdKind::kValue},
    {"chrono::duration", StdKind::kValue}, {"chrono::time_point", StdKind::kValue}, {"complex", StdKind::kValue},
    {"deque", StdKind::kValue}, {"expected", StdKind::kValue}, {"forward_list", StdKind::kValue},
    {"future", StdKind::kValue}, {"list", StdKind::kValue}, {"map", StdKind::kValue}, {"multimap", StdKind::kValue},
    {"multiset", StdKind::kValue}, {"optional", StdKind::kValue}, {"packaged_task", StdKind::kErased},
    {"pair", StdKind::kValue}, {"priority_queue", StdKind::kValue}, {"promise", StdKind::kValue},
    {"queue", StdKind::kValue}, {"set", StdKind::kValue}, {"stack", StdKind::kValue}, {"tuple", StdKind::kValue},
    {"unexpected", StdKind::kValue}, {"unordered_map", StdKind::kValue}, {"unordered_multimap", StdKind::kValue},
    {"unordered_multiset", StdKind::kValue}, {"unordered_set", StdKind::kValue}, {"valarray", StdKind::kValue},
    {"variant", StdKind::kValue}, {"vector", StdKind::kValue},

    {"bitset", StdKind::kPlain}, {"chrono::day", StdKind::kPlain}, {"chrono::month", StdKind::kPlain},
    {"chrono::weekday", StdKind::kPlain}, {"chrono::year", StdKind::kPlain},
    {"error_code", StdKind::kPlain}, {"error_condition", StdKind::kPlain}, {"exception", StdKind::kPlain},
    {"__exception_ptr::exception_ptr", StdKind::kPlain}, {"exception_ptr", StdKind::kPlain},
    {"filesystem::path", StdKind::kPlain}, {"jthread", StdKind::kPlain}, {"logic_error", StdKind::kPlain},
    {"invalid_argument", StdKind::kPlain}, {"out_of_range", StdKind::kPlain}, {"length_error", StdKind::kPlain},
    {"domain_error", StdKind::kPlain}, {"range_error", StdKind::kPlain}, {"overflow_error", StdKind::kPlain},
    {"underflow_error", StdKind::kPlain}, {"runtime_error", StdKind::kPlain}, {"system_error", StdKind::kPlain},
    {"linear_congruential_engine", StdKind::kPlain}, {"mersenne_twister_engine", StdKind::kPlain},
    {"source_location", StdKind::kPlain}, {"thread", StdKind::kPlain}, {"thread::id", StdKind::kPlain},
    {"type_index", StdKind::kPlain},

    {"atomic_flag", StdKind::kSync}, {"barrier", StdKind::kSync}, {"condition_variable", StdKind::kSync},
    {"condition_variable_any", StdKind::kSync}, {"counting_semaphore", StdKind::kSync}, {"latch", StdKind::kSync},
    {"mutex", StdKind::kSync}, {"once_flag", StdKind::kSync}, {"recursive_mutex", StdKind::kSync},
    {"recursive_timed_mutex", StdKind::kSync}, {"shared_mutex", StdKind::kSync},
    {"shared_timed_mutex", StdKind::kSync}, {"stop_source", StdKind::kPlain}, {"stop_token", StdKind::kPlain},
    {"timed_mutex", StdKind::kSync},

    {"atomic", StdKind::kAtomic}, {"unique_ptr", StdKind::kUnique}, {"shared_ptr", StdKind::kShared},
    {"weak_ptr", StdKind::kShared},

    {"reference_wrapper", StdKind::kReference}, {"span", StdKind::kSpan}, {"initializer_list", StdKind::kList},
    {"basic_string_view", StdKind::kString},

    {"any", StdKind::kErased}, {"function", StdKind::kErased}, {"move_only_function", StdKind::kErased},
    {"coroutine_handle", StdKind::kCoroutine}, {"lock_guard", StdKind::kGuard}, {"scoped_lock", StdKind::kGuard},
    {"shared_lock", StdKind::kGuard}, {"unique_lock", StdKind::kGuard},
    // clang-format on
};

/// How many characters of an inline namespace of the library `name` starts with.
constexpr std::size_t inline_namespace(Slice name) noexcept {
  for (const Slice version : {Slice("__cxx11::"), Slice("__n4861::")}) {
    if (name.starts_with(version)) return version.size();
  }
  return 0;
}

/// Whether `printed`, without inline namespaces and arguments, is `name`.
constexpr bool is_called(Slice printed, Slice name) noexcept {
  std::size_t at = 0;
  for (std::size_t i = 0; i < name.size(); ++i, ++at) {
    at += inline_namespace(printed.from(at));
    if (at >= printed.size() || printed[at] != name[i]) return false;
  }
  return at == printed.size() || printed[at] == '<';
}

constexpr StdKind std_kind(Slice printed) noexcept {
  // The model checker's atomics and mutexes have the names of those that they stand in for.
  const Slice owner = printed.starts_with("heddle_model::") ? Slice("heddle_model::") : Slice("std::");
  if (!printed.starts_with(owner)) return StdKind::kNone;
  printed = printed.from(owner.size());
  printed = printed.from(inline_namespace(printed));
  for (const StdRow& row : kStdTypes) {
    if (row.name[0] == printed[0] && is_called(printed, row.name)) return row.kind;
  }
  return StdKind::kNone;
}

template <class T>
inline constexpr StdKind kStdKind = std_kind(type_name<T>());

/// The type arguments of a template's specialisation.
template <class... T>
struct Arguments {};
template <class T>
struct ArgumentsOf {
  using type = Arguments<>;
};
template <template <class...> class C, class... T>
struct ArgumentsOf<C<T...>> {
  using type = Arguments<T...>;
};
template <template <class, std::size_t> class C, class T, std::size_t N>
struct ArgumentsOf<C<T, N>> {
  using type = Arguments<T>;
};

/// T is made of the language's and the standard library's types alone, so its answer can't depend on another type's
/// that is being decided.
template <class T>
inline constexpr bool kStandsAlone = std::is_scalar_v<T>;
template <template <class...> class C, class... T>
inline constexpr bool kStandsAlone<C<T...>> = type_name<C<T...>>().starts_with("std::") && (kStandsAlone<T> && ...);

template <class P, class A>
struct ValueRule;
template <class P, class... T>
struct ValueRule<P, Arguments<T...>> {
  using type = If<Requirement<P, T>...>;
};
template <class... T>
struct ValueRule<SyncMutProperty, Arguments<T...>> {
  using type = Never<"use a Mutex">;
};

template <class A>
struct FirstArgument;
template <class T, class... Rest>
struct FirstArgument<Arguments<T, Rest...>> {
  using type = T;
};

/// A view as the reference it is; but unlike a reference it can be made to view something else.
template <class P, class Reference, Text Instead>
struct ViewRule {
  using type = If<Requirement<P, Reference>>;
};
template <class Reference, Text Instead>
struct ViewRule<OwnedProperty, Reference, Instead> {
  using type = Never<Instead>;
};
template <class Reference, Text Instead>
struct ViewRule<SyncMutProperty, Reference, Instead> {
  using type = Never<"use a Mutex">;
};

template <class P, class T, class Deleter>
struct UniqueRule {  // a const unique_ptr gives T&
  using type = If<Requirement<std::conditional_t<std::is_same_v<P, SyncProperty>, SyncMutProperty, P>, Pointed<T>>,
                  Requirement<P, Deleter>>;
};
template <class T, class Deleter>
struct UniqueRule<SyncMutProperty, T, Deleter> {
  using type = Never<"use a Mutex">;
};

template <class P, class T>
struct SharedRule {
  using type = std::conditional_t<std::is_const_v<T>, Never<"others may write to it: use Arc">,
                                  If<IsSyncMut<Pointed<T>>, IsSend<Pointed<T>>>>;
};
template <class T>
struct SharedRule<OwnedProperty, T> {
  using type = If<IsOwned<Pointed<T>>>;
};
template <class T>
struct SharedRule<SyncMutProperty, T> {
  using type = Never<"use a Mutex">;
};

template <class P, class T>
consteval auto std_rule() {
  constexpr StdKind kind = kStdKind<T>;
  using A = typename ArgumentsOf<T>::type;
  constexpr bool is_sync_mut = std::is_same_v<P, SyncMutProperty>;
  if constexpr (kind == StdKind::kValue) {
    return typename ValueRule<P, A>::type{};
  } else if constexpr (kind == StdKind::kPlain) {
    return std::conditional_t<is_sync_mut, Never<"use a Mutex">, Always>{};
  } else if constexpr (kind == StdKind::kSync) {
    return Always{};
  } else if constexpr (kind == StdKind::kErased) {
    return Never<"it hides what it holds">{};
  } else if constexpr (kind == StdKind::kGuard) {
    return Never<"its thread has to unlock">{};
  } else if constexpr (kind == StdKind::kCoroutine) {
    return Never<"spawn a Task instead">{};
  } else {
    using First = typename FirstArgument<A>::type;
    if constexpr (kind == StdKind::kAtomic) {
      return If<Requirement<std::conditional_t<std::is_same_v<P, OwnedProperty>, P, SendProperty>, First>>{};
    } else if constexpr (kind == StdKind::kUnique) {
      return [] <class U, class D>(Arguments<U, D>*) { return typename UniqueRule<P, U, D>::type{}; }(
          static_cast<A*>(nullptr));
    } else if constexpr (kind == StdKind::kShared) {
      return typename SharedRule<P, First>::type{};
    } else if constexpr (kind == StdKind::kReference) {
      return typename ViewRule<P, First&, "use Arc, or borrow in a scope">::type{};
    } else if constexpr (kind == StdKind::kSpan) {
      return typename ViewRule<P, First&, "use std::vector">::type{};
    } else if constexpr (kind == StdKind::kList) {
      return typename ViewRule<P, const First&, "use std::vector">::type{};
    } else {
      return typename ViewRule<P, const First&, "use std::string">::type{};
    }
  }
}

}  // namespace heddle::inline v0::marker::detail
