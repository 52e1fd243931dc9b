// SPDX-License-Identifier: MIT
// What Async and Task have in common: a coroutine as a future, and what may be awaited in one.
#pragma once

#include <heddle/base/held_guards.hpp>
#include <heddle/future/detail/slot.hpp>
#include <heddle/future/detail/tree.hpp>
#include <heddle/future/future.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::future::detail {

/// Whether a T may lie in a frame. Frames come from operator new without an alignment on every compiler, so what is
/// aligned beyond its promise would be misplaced.
template <class T>
inline constexpr bool kFitsFrame = alignof(base::Stored<T>) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__;

/// The consumer's end of a coroutine that gives a T.
template <class T>
struct ResultLink : Link {
  using Link::Link;
  Slot<T> slot;
};

/// A coroutine that gives a T, as a future: base of Async<T> and Task<T>.
///
/// It is either polled from outside (then `tree_` is its own), or awaited by a coroutine, which puts it into its own
/// tree and uses only the link.
template <class T>
class Coroutine {
 public:
  using Output = T;

  Coroutine(const Coroutine&) = delete;
  Coroutine& operator=(const Coroutine&) = delete;

  /// Runs the coroutine until it waits or ends. What it throws is thrown here.
  Poll<T> poll(Context& cx) {
    if (link_.child == nullptr) throw PolledAfterCompletion();
    HEDDLE_INVARIANT(tree_.leaf != nullptr || is_fresh(), "a coroutine was polled while it runs, or is awaited");
    tree_.context = &cx;
    tree_.guards_before = base::held_guards.height();
    if (!advance()) return Pending;
    run(tree_);
    if (link_.child != nullptr) return Pending;
    if constexpr (std::is_void_v<T>) {
      link_.slot.take();
      return Ready();
    } else {
      return Poll<T>(std::in_place, base::to_stored<T>(link_.slot.take()));
    }
  }

  /// From then on it must not move, and is awaited by its name only.
  [[nodiscard]] bool was_polled() const noexcept { return tree_.context != nullptr; }

  [[nodiscard]] const Tree& tree() const noexcept { return tree_; }

  /// Does what the destructor does: destroys the frame where it stands. It must not be polled after that.
  void cancel() noexcept {
    if (link_.child == nullptr) return;
    HEDDLE_INVARIANT(tree_.leaf != nullptr || is_fresh(), "a coroutine was destroyed while it runs, or is awaited");
    Promise& outermost = *std::exchange(link_.child, nullptr);
    if (tree_.leaf != nullptr) {
      drop_chain(*std::exchange(tree_.leaf, nullptr));
    } else {
      outermost.handle().destroy();
    }
  }

 protected:
  explicit Coroutine(Promise& coroutine) noexcept : link_(&coroutine) {}
  Coroutine(Coroutine&& other) noexcept : link_(std::exchange(other.link_.child, nullptr)) {
    HEDDLE_INVARIANT(other.is_fresh(), "a coroutine was moved after its first poll");
  }
  ~Coroutine() { cancel(); }

  [[nodiscard]] bool is_done() const noexcept { return link_.child == nullptr; }
  /// Where it is suspended; null before the first poll and when done.
  [[nodiscard]] Leaf* leaf() const noexcept { return tree_.leaf; }

 private:
  template <class U>
  friend class ChildAwait;

  /// Neither polled nor awaited so far.
  [[nodiscard]] bool is_fresh() const noexcept { return tree_.context == nullptr && link_.parent == nullptr; }

  /// Sets the tree going; false if its leaf is still pending.
  bool advance() noexcept {
    if (tree_.leaf == nullptr) {
      link_.child->attach(tree_, link_);
      tree_.next = link_.child;
      return true;
    }
    Leaf& leaf = *tree_.leaf;
    const Step step = leaf.poll(leaf, *tree_.context);
    if (step == Step::kPending) return false;
    tree_.leaf = nullptr;
    if (step == Step::kResume) tree_.next = leaf.awaiting;
    return true;
  }

  ResultLink<T> link_;
  Tree tree_;
};

/// Async<T> or Task<T>.
template <class C>
concept IsCoroutine = requires { typename C::Output; } && std::derived_from<C, Coroutine<typename C::Output>>;

/// Awaits a coroutine that nobody has polled: it joins the awaiting one's tree.
template <class T>
class ChildAwait {
  static_assert(kFitsFrame<T>, "a result that is aligned beyond operator new can't be awaited: give it by pointer");

 public:
  ChildAwait(Coroutine<T>& child, Promise& parent) noexcept : child_(child), parent_(parent) {}

  [[nodiscard]] bool await_ready() const {
    if (child_.link_.child == nullptr) throw PolledAfterCompletion();
    HEDDLE_INVARIANT(child_.is_fresh(), "a coroutine is awaited twice, or moved after a poll: await it by its name");
    return false;
  }
  void await_suspend(std::coroutine_handle<>) const noexcept {
    Promise& promise = *child_.link_.child;
    child_.link_.parent = &parent_;
    promise.attach(parent_.tree(), child_.link_);
    parent_.tree().next = &promise;
  }
  T await_resume() const { return child_.link_.slot.take(); }

 protected:
  [[nodiscard]] ResultLink<T>& link() const noexcept { return child_.link_; }

 private:
  Coroutine<T>& child_;
  Promise& parent_;
};

/// A future that may do its work when a coroutine is about to wait for it.
template <class F>
concept RunsAhead = requires(F& future, const Tree& tree) { future.run_ahead(tree); };

/// Awaits any other future: polled at once, and again whenever the tree is polled.
template <class F>
class LeafAwait : protected Leaf {
  using T = typename F::Output;
  static_assert(kFitsFrame<T>, "a result that is aligned beyond operator new can't be awaited: give it by pointer");

 public:
  LeafAwait(F& future, Promise& promise) noexcept : LeafAwait(future, promise, &LeafAwait::poll_again) {}

  /// Throws GuardHeldAcrossAwait if the future is pending and the tree holds a blocking guard.
  // Inlined by force, with the poll: left to itself Clang calls both, and an uncontended lock costs twice as much.
  [[gnu::always_inline]] bool await_ready() {
    if constexpr (RunsAhead<F>) future_.run_ahead(awaiting->tree());
    if (poll_once(*awaiting->tree().context)) return true;
    base::refuse_held_guards(awaiting->tree().guards_before, awaiting->tree().awaited);
    return false;
  }
  void await_suspend(std::coroutine_handle<>) noexcept { awaiting->tree().leaf = this; }
  T await_resume() { return slot_.take(); }

 protected:
  LeafAwait(F& future, Promise& promise, Step (*poll_leaf)(Leaf&, Context&) noexcept) noexcept
      : Leaf(poll_leaf, promise), future_(future) {}

  [[gnu::always_inline]] bool poll_once(Context& cx) {
    Poll<T> answer = future_.poll(cx);
    if (answer.is_pending()) return false;
    slot_.set_value(std::move(*answer));
    return true;
  }

  static Step poll_again(Leaf& leaf, Context& cx) noexcept {
    auto& self = static_cast<LeafAwait&>(leaf);
    try {
      return self.poll_once(cx) ? Step::kResume : Step::kPending;
    } catch (...) {
      self.slot_.set_exception(std::current_exception());  // thrown where the coroutine awaits
      return Step::kResume;
    }
  }

  Slot<T>& slot() noexcept { return slot_; }

 private:
  F& future_;
  Slot<T> slot_;
};

/// Awaits a coroutine by its name: as a child, or, when somebody has polled it before, as the future that it is.
template <class Child, class Leaf>
class NamedAwait {
 public:
  template <class C, class P>
  NamedAwait(C& coroutine, P& promise) noexcept
      : child_(coroutine, promise), leaf_(coroutine, promise), polled_(coroutine.was_polled()) {}

  bool await_ready() { return polled_ ? leaf_.await_ready() : child_.await_ready(); }
  void await_suspend(std::coroutine_handle<> handle) noexcept {
    polled_ ? leaf_.await_suspend(handle) : child_.await_suspend(handle);
  }
  decltype(auto) await_resume() { return polled_ ? leaf_.await_resume() : child_.await_resume(); }

 private:
  Child child_;
  Leaf leaf_;
  bool polled_;
};

template <class X>
struct OkOperand;
template <class T, class X>
struct OkAwaitFor;

/// The promise of a coroutine that gives a T, but for how the T is returned.
template <class T>
class ResultPromise : public Promise {
 public:
  [[nodiscard]] ResultLink<T>& link() const noexcept { return static_cast<ResultLink<T>&>(up()); }

  void unhandled_exception() noexcept { link().slot.set_exception(std::current_exception()); }

  // Everything awaited in the coroutine passes through one of these. `where` is the line of the co_await.
  template <class C>
    requires IsCoroutine<C>
  ChildAwait<typename C::Output> await_transform(C&& coroutine) noexcept {
    return {coroutine, *this};
  }
  template <class C>
    requires IsCoroutine<C>
  NamedAwait<ChildAwait<typename C::Output>, LeafAwait<C>> await_transform(
      C& coroutine, std::source_location where = std::source_location::current()) noexcept {
    tree().awaited = where;
    return {coroutine, *this};
  }
  template <class F>
    requires Future<std::remove_reference_t<F>> && (!IsCoroutine<std::remove_reference_t<F>>)
  LeafAwait<std::remove_reference_t<F>> await_transform(
      F&& future, std::source_location where = std::source_location::current()) noexcept {
    tree().awaited = where;
    return {future, *this};
  }
  template <class X>
  typename OkAwaitFor<T, X>::type await_transform(
      OkOperand<X> operand, std::source_location where = std::source_location::current()) noexcept {
    tree().awaited = where;
    return {operand.operand, *this};
  }
};

template <class T>
class ValuePromise : public ResultPromise<T> {
 public:
  template <class U = T>
    requires base::kStorable<T, U>
  void return_value(U&& value) {
    this->link().slot.set_value(base::to_stored<T>(std::forward<U>(value)));
  }
};
template <>
class ValuePromise<void> : public ResultPromise<void> {
 public:
  void return_void() { link().slot.set_value(); }
};

static_assert(sizeof(Promise) == 2 * sizeof(void*) && alignof(ValuePromise<void>) == alignof(Promise));

}  // namespace heddle::inline v0::future::detail
