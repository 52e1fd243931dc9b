// SPDX-License-Identifier: MIT
// Gen<T>: a coroutine that yields items, as a stream.
#pragma once

#include <heddle/future/detail/coroutine.hpp>
#include <heddle/future/stream.hpp>
#include <heddle/future/task.hpp>

#include <concepts>
#include <coroutine>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

template <class T>
class Gen;

namespace future::detail {

/// `co_yield`: a leaf that holds the item, and is ready when it is polled next.
template <class T>
class Yield : public Leaf {
 public:
  template <class U>
  Yield(Promise& promise, U&& item) : Leaf(&Yield::resume, promise), item_(std::forward<U>(item)) {}

  [[nodiscard]] bool await_ready() const {
    base::refuse_held_guards(awaiting->tree().guards_before, awaiting->tree().awaited);
    return false;
  }
  void await_suspend(std::coroutine_handle<>) noexcept { awaiting->tree().leaf = this; }
  void await_resume() const noexcept {}

  /// The item that `leaf` holds; null if it is none of these.
  static T* item_of(Leaf* leaf) noexcept {
    if (leaf == nullptr || leaf->poll != &Yield::resume) return nullptr;
    return &static_cast<Yield*>(leaf)->item_;
  }

 private:
  static Step resume(Leaf&, Context&) noexcept { return Step::kResume; }

  T item_;
};

/// The coroutine of a Gen, as what it is for the rest: one that gives nothing.
class GenBody : public Coroutine<void> {
 public:
  explicit GenBody(Promise& promise) noexcept : Coroutine<void>(promise) {}
  GenBody(GenBody&&) noexcept = default;
  using Coroutine<void>::is_done;
  using Coroutine<void>::leaf;
};

template <class G>
class ElementsOf {
 public:
  explicit ElementsOf(G& gen) noexcept : gen_(gen) {}

 private:
  template <class T, class... Parameters>
  friend class GenPromise;
  G& gen_;
};

template <class T, class... Parameters>
class GenPromise : public ValuePromise<void> {
 public:
  GenPromise() noexcept {
    // As in TaskPromise: the type of a lambda is incomplete until its body ends.
    static_assert((!CapturingLambda<Parameters> && ...),
                  "a lambda with captures cannot be a Gen: the captures die with the lambda; pass them as arguments");
  }

  Gen<T> get_return_object() noexcept { return Gen<T>(*this); }

  template <class U = T>
    requires std::constructible_from<T, U>
  Yield<T> yield_value(U&& item, std::source_location where = std::source_location::current()) {
    tree().awaited = where;
    return Yield<T>(*this, std::forward<U>(item));
  }
  /// The other generator joins this one's tree: what it yields is a leaf of that.
  ChildAwait<void> yield_value(ElementsOf<Gen<T>> elements) noexcept { return {elements.gen_.body_, *this}; }
};

template <class T, class... Parameters>
struct GenPromiseFor : decltype(refused_parameter<"take a value", Parameters...>()) {};
template <class T, class... Parameters>
  requires(may_be_parameter<Parameters>() && ...)
struct GenPromiseFor<T, Parameters...> {
  using type = GenPromise<T, Parameters...>;
};

}  // namespace future::detail

/// A stream whose items a coroutine yields: `co_yield item;`. Between them it may await whatever a Task may.
///
/// Its parameters must be Owned and Send, as those of a Task: a Gen is kept, piped through adapters and handed to tasks, so
/// it outlives the call that made it. It may be moved until it is first polled.
/// Errors      What the coroutine throws is thrown by the `next` that met it, and ends the stream.
/// Cancelling  A dropped `next` leaves it where it stands, and nothing is lost. Destroying it destroys the locals of the
///             coroutine where it stands, innermost call first.
/// Threads     May move to another thread before it is polled; one task at a time asks it.
/// Cost        One frame, recycled. An item costs a unit of the budget, and constant stack however many are ready.
/// Example     `hd::Gen<int> up_to(int n) { for (int i = 0; i < n; ++i) co_yield i; }`
///
/// Corresponds to Rust's `async gen fn`, or the `stream!` of the crate async-stream.
template <class T>
class [[nodiscard("a Gen does nothing until it is asked for items")]] Gen {
  static_assert(std::is_object_v<T>, "a Gen yields values: give a pointer instead of a reference");
  static_assert(future::detail::kFitsFrame<T>, "an item that is aligned beyond operator new can't lie in a frame");

 public:
  using Item = T;

  Gen(Gen&&) noexcept = default;

  /// For promises only.
  explicit Gen(future::detail::Promise& promise) noexcept : body_(promise) {}

  Poll<std::optional<T>> poll_next(Context& cx) {
    if (body_.is_done()) return stream::detail::end<T>();
    if (!cx.may_proceed()) return Pending;
    if (body_.poll(cx).is_ready()) return stream::detail::end<T>();
    T* item = future::detail::Yield<T>::item_of(body_.leaf());
    if (item == nullptr) return Pending;
    cx.made_progress();
    return stream::detail::give<T>(std::move(*item));
  }

 private:
  template <class U, class... Parameters>
  friend class future::detail::GenPromise;

  future::detail::GenBody body_;
};

/// `co_yield elements_of(gen);` in a Gen: yields all that `gen` yields, which nobody has polled before.
///
/// Shape       In the full expression that makes `gen`, or by its name. Both yield the same type.
/// Errors      What `gen` throws is thrown here.
/// Cost        An item costs the same at any depth of such calls; a recursion takes no stack.
///
/// Corresponds to C++23's `std::ranges::elements_of`.
template <class T>
[[nodiscard("co_yield it")]] future::detail::ElementsOf<Gen<T>> elements_of(Gen<T>&& gen) noexcept {
  return future::detail::ElementsOf<Gen<T>>(gen);
}
template <class T>
[[nodiscard("co_yield it")]] future::detail::ElementsOf<Gen<T>> elements_of(Gen<T>& gen) noexcept {
  return future::detail::ElementsOf<Gen<T>>(gen);
}

// As of Task: what the coroutine holds was checked where it was defined.
template <class T>
struct marker::unsafe_rules<Gen<T>> {
  using Send = If<IsSend<T>>;
  using Sync = Always;  // nothing can be done with a const Gen
  using Owned = If<IsOwned<T>>;
};

}  // namespace heddle::inline v0

template <class T, class... Parameters>
struct std::coroutine_traits<heddle::Gen<T>, Parameters...> {
  using promise_type = typename heddle::future::detail::GenPromiseFor<T, Parameters...>::type;
};
