// SPDX-License-Identifier: MIT
// Futures that use up a stream: `co_await collect(stream)`. Functions, as in std::ranges; adapters are pipes.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/future/stream.hpp>
#include <heddle/future/stream_adapter.hpp>

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace heddle::inline v0::stream {

/// The future of them all. `fold(item)` takes each item and is false when it wants no more; `result()` is what comes of it.
template <class S, class Fold>
class [[nodiscard]] Consume {
 public:
  using Output = decltype(std::declval<Fold&>().result());
  static constexpr future::Loss kLoss = Fold::kLoss;

  Consume(S&& source, Fold fold) : source_(std::forward<S>(source)), fold_(std::move(fold)) {}

  Poll<Output> poll(Context& cx) {
    if (done_) throw PolledAfterCompletion();
    for (;;) {
      auto next = source_.poll_next(cx);
      if (next.is_pending()) return Pending;
      if (!next->has_value() || !fold_(*std::move(*next))) break;
    }
    cancel();
    if constexpr (std::is_void_v<Output>) {
      return Ready();
    } else {
      return Poll<Output>(std::in_place, fold_.result());
    }
  }

  /// Drops the stream, if it isn't the caller's.
  void cancel() noexcept {
    done_ = true;
    source_.drop();
  }

 private:
  detail::Source<S> source_;
  Fold fold_;
  bool done_ = false;
};

namespace detail {

template <class C, class T>
void append(C& items, T&& item) {
  if constexpr (requires { items.push_back(std::forward<T>(item)); }) {
    items.push_back(std::forward<T>(item));
  } else if constexpr (requires { items.insert(items.end(), std::forward<T>(item)); }) {
    items.insert(items.end(), std::forward<T>(item));
  } else {
    items += std::forward<T>(item);
  }
}

template <class C>
class Collect {
 public:
  static constexpr future::Loss kLoss = future::Loss::kLosesData;
  Collect() {}
  template <class T>
  bool operator()(T&& item) {
    append(items_, std::forward<T>(item));
    return true;
  }
  C result() { return std::move(items_); }

 private:
  C items_{};
};

template <class C, class E>
class Collect<std::expected<C, E>> {
 public:
  static constexpr future::Loss kLoss = future::Loss::kLosesData;
  Collect() {}
  template <class T>
  bool operator()(T&& item) {
    if (item.has_value()) {
      append(*result_, *std::forward<T>(item));
    } else {
      result_ = std::unexpected(std::forward<T>(item).error());
    }
    return result_.has_value();
  }
  std::expected<C, E> result() { return std::move(result_); }

 private:
  std::expected<C, E> result_{};
};

template <class A, class F>
class Fold {
 public:
  static constexpr future::Loss kLoss = future::Loss::kLosesData;
  Fold(A start, F f) : result_(std::move(start)), f_(std::move(f)) {}
  template <class T>
  bool operator()(T&& item) {
    result_ = std::invoke(f_, std::move(result_), std::forward<T>(item));
    return true;
  }
  A result() { return std::move(result_); }

 private:
  A result_;
  F f_;
};

template <class F, future::Loss kLost>
class ForEach {
 public:
  static constexpr future::Loss kLoss = kLost;
  explicit ForEach(F f) : f_(std::move(f)) {}
  template <class T>
  bool operator()(T&& item) {
    std::invoke(f_, std::forward<T>(item));
    return true;
  }
  void result() {}

 private:
  F f_;
};

/// Looks for an item of which `f(item)` is `kWanted`: any looks for true, all for false.
template <class F, bool kWanted>
class Find {
 public:
  static constexpr future::Loss kLoss = future::Loss::kLosesData;
  explicit Find(F f) : f_(std::move(f)) {}
  template <class T>
  bool operator()(T&& item) {
    found_ = static_cast<bool>(std::invoke(f_, std::forward<T>(item))) == kWanted;
    return !found_;
  }
  bool result() { return found_ == kWanted; }

 private:
  F f_;
  bool found_ = false;
};

class Count {
 public:
  static constexpr future::Loss kLoss = future::Loss::kLosesData;
  Count() noexcept {}
  template <class T>
  bool operator()(T&&) {
    ++count_;
    return true;
  }
  [[nodiscard]] std::size_t result() const noexcept { return count_; }

 private:
  std::size_t count_ = 0;
};

struct Ignore {
  template <class T>
  void operator()(T&&) const noexcept {}
};

template <class S, class Fold>
Consume<S, Fold> consume(S&& source, Fold fold) {
  return Consume<S, Fold>(std::forward<S>(source), std::move(fold));
}

}  // namespace detail

// Each takes a stream over, or borrows it if it is given by its name; and throws what that or `f` throws.
// Each corresponds to the function of that name in tokio-stream's `StreamExt`, or in that of the futures crate.

/// All items in a vector, or in a C: `collect<std::string>(words)`. Into an expected<C, E> if the items are expecteds: their
/// values, or the first error, at which it stops.
/// Cancelling  Loses what it has collected.
template <class C = void, class S>
  requires Stream<std::remove_reference_t<S>>
auto collect(S&& source) {
  using Into = std::conditional_t<std::is_void_v<C>, std::vector<ItemOf<S>>, C>;
  return detail::consume(std::forward<S>(source), detail::Collect<Into>());
}

/// `f(f(start, first), second)` and so on. Cancelling: loses the result so far.
template <class S, class A, class F>
  requires Stream<std::remove_reference_t<S>>
auto fold(S&& source, A start, F f) {
  return detail::consume(std::forward<S>(source), detail::Fold<A, F>(std::move(start), std::move(f)));
}

/// `f(item)` for each item; if that is a future, it is awaited before the next item.
/// Cancelling  Loses nothing, or what the running future loses.
template <class S, class F>
  requires Stream<std::remove_reference_t<S>>
auto for_each(S&& source, F f) {
  using Result = std::invoke_result_t<F&, ItemOf<S>>;
  if constexpr (Future<Result>) {
    using Each = detail::ForEach<detail::Ignore, future::kLossOf<Result>>;
    return detail::consume(std::forward<S>(source) | then(std::move(f)), Each(detail::Ignore()));
  } else {
    using Each = detail::ForEach<F, future::Loss::kLossless>;
    return detail::consume(std::forward<S>(source), Each(std::move(f)));
  }
}

/// Whether `f(item)` is true of some item: stops at the first. Cancelling: loses the items that it has looked at.
template <class S, class F>
  requires Stream<std::remove_reference_t<S>>
auto any(S&& source, F f) {
  return detail::consume(std::forward<S>(source), detail::Find<F, true>(std::move(f)));
}

/// Whether `f(item)` is true of every item: stops at the first of which it isn't. Cancelling: as any.
template <class S, class F>
  requires Stream<std::remove_reference_t<S>>
auto all(S&& source, F f) {
  return detail::consume(std::forward<S>(source), detail::Find<F, false>(std::move(f)));
}

/// How many items there are. Cancelling: loses the items that it has counted.
template <class S>
  requires Stream<std::remove_reference_t<S>>
auto count(S&& source) {
  return detail::consume(std::forward<S>(source), detail::Count());
}

}  // namespace heddle::inline v0::stream
