// SPDX-License-Identifier: MIT
// ok(x): Rust's `?`. Goes on with the value, or returns the error from the coroutine.
//
// An error never resumes the coroutine only to return: it is written into the consumer's slot, the frame is destroyed
// from outside, where it stands suspended, and the consumer goes on.
#pragma once

#include <heddle/future/detail/coroutine.hpp>

#include <coroutine>
#include <exception>
#include <expected>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace future::detail {

/// How `ok` takes apart a result R, and how it makes the early return of a coroutine that gives a T.
template <class R>
struct Fallible;  // undefined: not a result

template <class V, class E>
struct Fallible<std::expected<V, E>> {
  using Value = V;
  template <class T>
  static void fail(Slot<T>& slot, auto& result) {
    static_assert(requires { typename T::error_type; },
                  "ok() on an expected needs a coroutine that returns an expected, for the error to go to");
    slot.set_value(std::unexpect, std::move(result).error());
  }
};

template <class V>
struct Fallible<std::optional<V>> {
  using Value = V;
  template <class T>
  static void fail(Slot<T>& slot, const auto&) {
    static_assert(std::constructible_from<T, std::nullopt_t>,
                  "ok() on an optional needs a coroutine that returns an optional");
    slot.set_value(std::nullopt);
  }
};

template <class R>
using ValueOf = typename Fallible<std::remove_cv_t<R>>::Value;

template <class R>
ValueOf<R> unwrap(R&& result) {
  if constexpr (!std::is_void_v<ValueOf<R>>) return *std::move(result);
}

/// Ends the suspended coroutine of `promise` with the failure in `result`, which may lie in its frame.
template <class T, class R>
void leave_with(ResultPromise<T>& promise, R& result) noexcept {
  try {
    Fallible<std::remove_cv_t<R>>::fail(promise.link().slot, result);
  } catch (...) {
    promise.link().slot.set_exception(std::current_exception());
  }
  leave(promise);
}

/// X is an lvalue reference if the operand has a name.
template <class X>
struct OkOperand {
  std::remove_reference_t<X>& operand;
  explicit OkOperand(std::remove_reference_t<X>& x) noexcept : operand(x) {}
};

/// ok(expected), ok(optional): the result is there.
template <class T, class R>
class OkValueAwait {
 public:
  OkValueAwait(R& result, ResultPromise<T>& promise) noexcept : result_(result), promise_(promise) {}

  [[nodiscard]] bool await_ready() const noexcept { return result_.has_value(); }
  void await_suspend(std::coroutine_handle<>) const noexcept { leave_with(promise_, result_); }
  ValueOf<R> await_resume() const { return unwrap(std::move(result_)); }

 private:
  R& result_;
  ResultPromise<T>& promise_;
};

/// ok(coroutine): a child whose consumer looks at the result before it resumes.
template <class T, class C>
class OkChildAwait : ChildAwait<typename C::Output> {
  using R = typename C::Output;

 public:
  OkChildAwait(C& child, ResultPromise<T>& promise) noexcept : ChildAwait<R>(child, promise) {}

  using ChildAwait<R>::await_ready;
  void await_suspend(std::coroutine_handle<> handle) const noexcept {
    this->link().intercept = &OkChildAwait::look;
    ChildAwait<R>::await_suspend(handle);
  }
  ValueOf<R> await_resume() const { return unwrap(ChildAwait<R>::await_resume()); }

 private:
  static void look(Link& link, Tree& tree) noexcept {
    auto& slot = static_cast<ResultLink<R>&>(link).slot;
    if (!slot.has_value() || slot.value().has_value()) {
      tree.next = link.parent;
    } else {
      leave_with(static_cast<ResultPromise<T>&>(*link.parent), slot.value());
    }
  }
};

/// ok(future).
template <class T, class F>
class OkLeafAwait : LeafAwait<F> {
  using Base = LeafAwait<F>;
  using R = typename F::Output;

 public:
  OkLeafAwait(F& future, ResultPromise<T>& promise) noexcept : Base(future, promise, &OkLeafAwait::poll_again) {}

  bool await_ready() { return Base::await_ready() && this->slot().value().has_value(); }
  void await_suspend(std::coroutine_handle<> handle) noexcept {
    if (this->slot().has_value()) {
      leave_with(consumer(), this->slot().value());
    } else {
      Base::await_suspend(handle);
    }
  }
  ValueOf<R> await_resume() { return unwrap(this->slot().take()); }

 private:
  ResultPromise<T>& consumer() noexcept { return static_cast<ResultPromise<T>&>(*this->awaiting); }

  static Step poll_again(Leaf& leaf, Context& cx) noexcept {
    const Step step = Base::poll_again(leaf, cx);
    auto& self = static_cast<OkLeafAwait&>(leaf);
    if (step != Step::kResume || !self.slot().has_value() || self.slot().value().has_value()) return step;
    leave_with(self.consumer(), self.slot().value());
    return Step::kLeft;
  }
};

template <class T, class X>
struct OkAwaitFor {
  using R = std::remove_reference_t<X>;
  static_assert(requires { sizeof(Fallible<std::remove_cv_t<R>>); },
                "ok() takes an expected, an optional, or a future of one");
  using type = OkValueAwait<T, R>;
};
template <class T, class X>
  requires Future<std::remove_reference_t<X>> && (!IsCoroutine<std::remove_reference_t<X>>)
struct OkAwaitFor<T, X> {
  using type = OkLeafAwait<T, std::remove_reference_t<X>>;
};
template <class T, class C>
  requires IsCoroutine<C>
struct OkAwaitFor<T, C> {
  using type = OkChildAwait<T, C>;
};
template <class T, class C>
  requires IsCoroutine<C>
struct OkAwaitFor<T, C&> {
  using type = NamedAwait<OkChildAwait<T, C>, OkLeafAwait<T, C>>;
};

}  // namespace future::detail

/// `co_await ok(x)`: the value of `x`, or an early return from the coroutine with the error of `x`.
///
/// Shape       `x` is an expected, an optional, or a future that gives one. The coroutine returns an expected whose
///             error can be made from that of `x` (an optional for an optional).
/// Returns     The value, moved out of `x`, even if `x` has a name.
/// Cancelling  As awaiting `x`.
/// Cost        A branch on success. A failure costs no exception.
///
/// Corresponds to Rust's `x?` and `x.await?`.
template <class X>
[[nodiscard("co_await it")]] future::detail::OkOperand<X> ok(X&& x) noexcept {
  return future::detail::OkOperand<X>(x);
}

}  // namespace heddle::inline v0
