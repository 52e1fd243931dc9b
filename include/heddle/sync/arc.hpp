// SPDX-License-Identifier: MIT
// Arc<T> and Weak<T>: one value, owned by several threads.
#pragma once

#include <heddle/marker/rules.hpp>
#include <heddle/sync/detail/counted.hpp>
#include <heddle/sync/detail/counts.hpp>

namespace heddle::inline v0 {
namespace sync {

template <class T>
class Arc;
template <class T>
class Weak;

/// Shared ownership of a value that all owners may read: it gives `const T&`. What changes has a lock inside:
/// `Arc<Mutex<T>>`.
///
/// Shape       One word. Moved or `clone()`d, never copied silently. The value is made in place by `make`.
/// Errors      More than 2^63 handles abort the process: only handles that are forgotten add up to that.
/// Threads     Send and Sync if T is both.
/// Cost        make: one allocation. clone and drop: an atomic operation each; the last drop two.
///
/// Corresponds to `std::sync::Arc`.
template <class T>
class Arc : public detail::StrongHandle<T, detail::AtomicCounts, Arc, Weak> {
  using Base = detail::StrongHandle<T, detail::AtomicCounts, Arc, Weak>;
  friend Base;
  friend class detail::WeakHandle<T, detail::AtomicCounts, Arc, Weak>;
  using Base::Base;
};

/// A handle to the value of an Arc that doesn't keep it alive: the way back in a cycle.
///
/// Corresponds to `std::sync::Weak`.
template <class T>
class Weak : public detail::WeakHandle<T, detail::AtomicCounts, Arc, Weak> {
  using Base = detail::WeakHandle<T, detail::AtomicCounts, Arc, Weak>;
  friend Base;
  friend class detail::StrongHandle<T, detail::AtomicCounts, Arc, Weak>;
  using Base::Base;

 public:
  /// A handle to nothing.
  constexpr Weak() noexcept = default;
};

}  // namespace sync

using sync::Arc;
using sync::Weak;

}  // namespace heddle::inline v0

// Whoever holds a clone reads the T, and the last clone, wherever it dies, destroys it.
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::Arc<T>> {
  using Send = If<IsSend<T>, IsSync<T>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};
// A Weak may become an Arc anywhere.
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::Weak<T>> {
  using Send = If<IsSend<T>, IsSync<T>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};
