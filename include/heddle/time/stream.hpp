// SPDX-License-Identifier: MIT
// Adapters of streams that need time: throttle, timeout, chunks_timeout.
#pragma once

#include <heddle/future/stream.hpp>
#include <heddle/future/stream_adapter.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/time/sleep.hpp>
#include <heddle/time/timeout.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace heddle::inline v0::stream {

namespace detail {

/// A timer in an adapter; off until it is set. Moved, it leaves the timer behind and keeps the time.
class Alarm {
 public:
  explicit Alarm(std::chrono::nanoseconds after) noexcept : after_(after) {}
  Alarm(Alarm&& other) noexcept
      : after_(other.after_), sleep_(other.sleep_.deadline()), is_set_(other.is_set_) {}

  [[nodiscard]] bool is_set() const noexcept { return is_set_; }
  void set() noexcept {
    sleep_.reset(time::Instant::now() + after_);
    is_set_ = true;
  }
  void stop() noexcept {
    sleep_.cancel();
    is_set_ = false;
  }
  /// True once, when the time has come; then it is off.
  bool rings(Context& cx) {
    if (!is_set_ || sleep_.poll(cx).is_pending()) return false;
    is_set_ = false;
    return true;
  }
  /// The same, for one that is asked after others who may have spent the whole budget just now.
  bool rings_after(Context& cx, bool had_budget) {
    if (!had_budget || cx.budget() != 0) return rings(cx);
    cx.set_budget(Context::kUnlimited);
    const bool rung = rings(cx);
    cx.set_budget(0);
    return rung;
  }

 private:
  std::chrono::nanoseconds after_;
  time::Sleep sleep_{time::Instant(0)};
  bool is_set_ = false;

  HEDDLE_FIELDS(after_, sleep_, is_set_);
};

template <class S, class Duration>
class [[nodiscard]] Throttle {
 public:
  using Item = ItemOf<S>;

  Throttle(S&& source, Duration every) : source_(std::forward<S>(source)), pause_(every) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (pause_.is_set() && !pause_.rings(cx)) return Pending;
    auto answer = source_.poll_next(cx);
    if (answer.is_ready() && answer->has_value()) pause_.set();
    return answer;
  }

 private:
  Source<S> source_;
  Alarm pause_;

  HEDDLE_FIELDS(source_, pause_);
};

template <class S, class Duration>
class [[nodiscard]] Timeout {
 public:
  using Item = std::expected<ItemOf<S>, time::Elapsed>;

  Timeout(S&& source, Duration limit) : source_(std::forward<S>(source)), limit_(limit) { limit_.set(); }

  Poll<std::optional<Item>> poll_next(Context& cx) {
    const bool had_budget = cx.budget() != 0;
    auto answer = source_.poll_next(cx);
    if (answer.is_pending()) {
      if (!limit_.rings_after(cx, had_budget)) return Pending;
      return give<Item>(std::unexpected(time::Elapsed()));
    }
    if (!answer->has_value()) {
      limit_.stop();
      return end<Item>();
    }
    limit_.set();
    return give<Item>(*std::move(*answer));
  }

 private:
  Source<S> source_;
  // Off from when it has rung until the next item comes.
  Alarm limit_;

  HEDDLE_FIELDS(source_, limit_);
};

struct ChunkLimits {
  std::size_t size;
  std::chrono::nanoseconds time;
  ChunkLimits(std::size_t s, std::chrono::nanoseconds t) noexcept : size(s), time(t) {}
};

template <class S, class Limits>
class [[nodiscard]] ChunksTimeout {
 public:
  using Item = std::vector<ItemOf<S>>;

  ChunksTimeout(S&& source, Limits limits)
      : source_(std::forward<S>(source)), size_(limits.size), limit_(limits.time) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    const bool had_budget = cx.budget() != 0;
    while (chunk_.size() < size_) {
      auto next = source_.poll_next(cx);
      if (next.is_pending()) {
        if (limit_.rings_after(cx, had_budget)) break;
        return Pending;
      }
      if (!next->has_value()) {
        if (chunk_.empty()) return end<Item>();
        break;
      }
      if (chunk_.empty()) {
        chunk_.reserve(size_);
        limit_.set();
      }
      chunk_.push_back(*std::move(*next));
    }
    limit_.stop();
    return give<Item>(std::exchange(chunk_, {}));
  }

 private:
  Source<S> source_;
  std::size_t size_;
  Alarm limit_;
  std::vector<ItemOf<S>> chunk_;

  HEDDLE_FIELDS(source_, size_, limit_, chunk_);
};

/// `duration` in nanoseconds; saturated, zero if negative.
template <class Rep, class Period>
constexpr std::chrono::nanoseconds saturated(std::chrono::duration<Rep, Period> duration) noexcept {
  return (time::Instant(0) + duration) - time::Instant(0);
}

}  // namespace detail

/// The items, each at least `duration` after the one before. Dropped: loses nothing of its own.
/// Corresponds to tokio-stream's `throttle`.
template <class Rep, class Period>
auto throttle(std::chrono::duration<Rep, Period> duration) {
  return detail::Pipe<detail::Throttle, std::chrono::nanoseconds>(detail::saturated(duration));
}

/// The items as expecteds, and an Elapsed, once, for each that hasn't come `duration` after the one before (the first: from
/// now); it may still come. An item that is there is never late. Dropped: loses nothing of its own.
/// Corresponds to tokio-stream's `timeout`.
template <class Rep, class Period>
auto timeout(std::chrono::duration<Rep, Period> duration) {
  return detail::Pipe<detail::Timeout, std::chrono::nanoseconds>(detail::saturated(duration));
}

/// The items as vectors of `size`, or of what has come when `duration` has passed since the first of them; none is empty.
///
/// Errors      std::invalid_argument if `size` is 0.
/// Cancelling  A dropped `next` loses nothing. Dropped itself, it loses the items of the chunk that isn't full.
///
/// Corresponds to tokio-stream's `chunks_timeout`.
template <class Rep, class Period>
auto chunks_timeout(std::size_t size, std::chrono::duration<Rep, Period> duration) {
  if (size == 0) throw std::invalid_argument("stream::chunks_timeout: the size must not be zero");
  using detail::ChunkLimits;
  return detail::Pipe<detail::ChunksTimeout, ChunkLimits>(ChunkLimits(size, detail::saturated(duration)));
}

}  // namespace heddle::inline v0::stream
