// SPDX-License-Identifier: MIT
// The smallest doors, for the files that are about what may pass, and not about what lies behind.
#pragma once

#include <heddle/marker/door.hpp>

namespace hd = heddle;

/// To a thread that nobody waits for.
template <hd::marker::MayCross T>
void pass(T) {}
template <class T>
  requires(!hd::marker::MayCross<T>)
typename hd::marker::Refused<T>::type pass(T);

/// To a thread that ends before what is lent.
template <class F, class... Args>
  requires hd::marker::CallMayBorrow<F, Args...>
void lend(F, Args...) {}
template <class F, class... Args>
  requires(!hd::marker::CallMayBorrow<F, Args...>)
typename hd::marker::RefusedBorrow<F, Args...>::type lend(F, Args...);

/// A `const T&` that several threads may hold.
template <class T>
struct Shared {
  const T* object = nullptr;
};
template <class T>
struct hd::marker::unsafe_rules<Shared<T>> {
  using Send = If<IsSync<T>>;
  using Sync = If<IsSync<T>>;
  using Owned = If<IsOwned<T>>;
};

/// Counts without atomics.
struct Local {
  int* count = nullptr;
};
template <>
struct hd::marker::unsafe_rules<Local> {
  using Send = Never<"use Shared">;
  using Owned = Always;
};
