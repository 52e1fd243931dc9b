// SPDX-License-Identifier: MIT
// Rc<T> and RcWeak<T>: one value, owned in several places of one thread.
#pragma once

#include <heddle/marker/rules.hpp>
#include <heddle/sync/detail/counted.hpp>
#include <heddle/sync/detail/counts.hpp>

namespace heddle::inline v0 {
namespace sync {

template <class T>
class Rc;
template <class T>
class RcWeak;

/// Shared ownership within one thread: an Arc whose counts are plain integers. It gives `const T&`; what changes is a
/// `Cell` or `RefCell` inside.
///
/// Threads     Neither Send nor Sync: use Arc across threads.
/// Cost        make: one allocation. clone and drop: an addition each.
///
/// Corresponds to `std::rc::Rc`.
template <class T>
class Rc : public detail::StrongHandle<T, detail::PlainCounts, Rc, RcWeak> {
  using Base = detail::StrongHandle<T, detail::PlainCounts, Rc, RcWeak>;
  friend Base;
  friend class detail::WeakHandle<T, detail::PlainCounts, Rc, RcWeak>;
  using Base::Base;
};

/// A handle to the value of an Rc that doesn't keep it alive. Named apart from Weak, since both stand in one namespace.
///
/// Corresponds to `std::rc::Weak`.
template <class T>
class RcWeak : public detail::WeakHandle<T, detail::PlainCounts, Rc, RcWeak> {
  using Base = detail::WeakHandle<T, detail::PlainCounts, Rc, RcWeak>;
  friend Base;
  friend class detail::StrongHandle<T, detail::PlainCounts, Rc, RcWeak>;
  using Base::Base;

 public:
  /// A handle to nothing.
  constexpr RcWeak() noexcept = default;
};

}  // namespace sync

using sync::Rc;
using sync::RcWeak;

}  // namespace heddle::inline v0

// The counts are plain.
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::Rc<T>> {
  using Send = Never<"use Arc">;
  using Sync = Never<"use Arc">;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::RcWeak<T>> {
  using Send = Never<"use Weak, of an Arc">;
  using Sync = Never<"use Weak, of an Arc">;
  using Owned = If<IsOwned<T>>;
};
