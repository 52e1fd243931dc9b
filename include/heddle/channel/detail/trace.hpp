// SPDX-License-Identifier: MIT
// Where the living senders of a channel were made, for the deadlock report; nothing else reads it.
//
// Each sender holds a Trace. It is empty, and does nothing but be moved, unless base::diagnosing() was on when the
// channel was made. All that isn't empty stands in one book under one lock (trace.cpp).
#pragma once

#include <heddle/base/diagnosing.hpp>

#include <cstddef>
#include <functional>
#include <source_location>
#include <string>
#include <utility>

namespace heddle::inline v0::channel::detail {

/// What the book must know of a channel.
struct Traced {
  /// "mpsc", "watch", …
  const char* kind;
  void* core;
  /// How many receives of tasks wait in `core`. Never waits for a lock: 0 while anybody is in the channel, which then
  /// isn't stuck.
  std::size_t (*count_waiting)(void* core) noexcept;

  Traced(const char* of_kind, void* its_core, std::size_t (*count)(void*) noexcept) noexcept
      : kind(of_kind), core(its_core), count_waiting(count) {}
};

/// A line of the book: senders of one channel that were made at one place.
struct TracedPlace;

class Trace {
 public:
  Trace() noexcept {}
  Trace(Trace&& other) noexcept : place_(std::exchange(other.place_, nullptr)) {}
  Trace& operator=(Trace&& other) noexcept {
    std::swap(place_, other.place_);
    return *this;
  }
  ~Trace() { forget(); }

  /// Of the sender that comes with a new channel.
  [[nodiscard]] static Trace of_new(const Traced& channel, const std::source_location& where) noexcept {
    return base::diagnosing() ? Trace(enter(channel, where)) : Trace();
  }
  /// Of one more.
  [[nodiscard]] Trace clone(const std::source_location& where) const noexcept {
    return place_ == nullptr ? Trace() : Trace(enter_clone(*place_, where));
  }
  /// Of one that comes from a weak sender of the channel `core`.
  [[nodiscard]] static Trace of_upgraded(const void* core, const std::source_location& where) noexcept {
    return base::diagnosing() ? Trace(enter_upgraded(core, where)) : Trace();
  }

  /// The sender lives no more. Before its channel may be freed.
  void forget() noexcept {
    if (place_ != nullptr) [[unlikely]] strike_out(*std::exchange(place_, nullptr));
  }

 private:
  explicit Trace(TracedPlace* place) noexcept : place_(place) {}

  // Null where memory is short: a report that misses a sender does no harm.
  [[gnu::cold]] static TracedPlace* enter(const Traced& channel, const std::source_location& where) noexcept;
  [[gnu::cold]] static TracedPlace* enter_clone(TracedPlace& of, const std::source_location& where) noexcept;
  [[gnu::cold]] static TracedPlace* enter_upgraded(const void* core, const std::source_location& where) noexcept;
  [[gnu::cold]] static void strike_out(TracedPlace& place) noexcept;

  TracedPlace* place_ = nullptr;
};

/// The channels in which tasks wait to receive while senders live, a paragraph each; but those that it has named
/// before. Empty if there are none, or if `holds()`, asked at the end, is false: what was found counts for nothing then.
[[nodiscard]] std::string describe_waiting_channels(const std::function<bool()>& holds);

}  // namespace heddle::inline v0::channel::detail
