// SPDX-License-Identifier: MIT
// The state of a watch channel: versions, handles and waiters, and the value in its lock.
#pragma once

#include <heddle/future/wait_list.hpp>
#include <heddle/sync/rw_lock.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <utility>

namespace heddle::inline v0::watch::detail {

/// The channel, but for the value: how often it was changed, who is there, and who waits.
class Core {
 public:
  using Version = std::uint64_t;

  /// Whether there is something new for who has seen `seen`.
  enum class News : std::uint8_t { kNone, kChanged, kClosed };

  // Acquire: pairs with the release in publish() and drop_sender().
  [[nodiscard]] Version version() const noexcept { return state_.load(base::acquire) & ~kClosed; }
  [[nodiscard]] bool senders_gone() const noexcept { return (state_.load(base::acquire) & kClosed) != 0; }

  /// The value has changed. While it is locked, so that who reads it sees its own version.
  void publish() noexcept { state_.fetch_add(kStep, base::release); }
  /// Wakes who waits for a change. After the value is unlocked.
  void tell_receivers() noexcept { changed_.wake_all(std::unique_lock(lock_)); }

  /// One step of waiting for news; `seen` becomes the version of the news.
  [[nodiscard]] News poll_changed(future::Waiter& waiter, const Context& cx, Version& seen);
  [[nodiscard]] bool poll_no_receivers(future::Waiter& waiter, const Context& cx);
  void stop_waiting_changed(future::Waiter& w) noexcept { static_cast<void>(future::stop_waiting(lock_, changed_, w)); }
  void stop_waiting_closed(future::Waiter& w) noexcept { static_cast<void>(future::stop_waiting(lock_, closed_, w)); }

  void add_sender() noexcept;
  void drop_sender() noexcept;
  void add_receiver() noexcept;
  void drop_receiver() noexcept;
  [[nodiscard]] std::size_t senders() const noexcept;
  /// How many wait for a change; 0 if anybody is in the channel. For the deadlock report.
  [[nodiscard]] std::size_t waiting_receives() noexcept;
  [[nodiscard]] std::size_t receivers() const noexcept;

  /// A version as it was before the one that `version` names.
  static constexpr Version before(Version version) noexcept { return version - kStep; }

 private:
  static constexpr Version kClosed = 1;
  static constexpr Version kStep = 2;

  [[nodiscard]] News news(Version& seen) const noexcept;

  // Atomic: the version, and kClosed once all senders are gone.
  base::atomic<Version> state_{0};
  mutable base::SpinLock lock_;
  // Guarded by lock_.
  std::size_t senders_ = 0;
  std::size_t receivers_ = 0;
  future::WaitList changed_;
  future::WaitList closed_;
};

template <class T>
struct Shared : Core {
  explicit Shared(T initial) : value(std::move(initial)) {}

  [[nodiscard]] sync::RwLockReadGuard<T> read() { return unpoisoned(value.read()); }
  [[nodiscard]] sync::RwLockWriteGuard<T> write() { return unpoisoned(value.write()); }

  // A lock that blocks: it is held while user code reads or changes the value, on whichever thread.
  sync::RwLock<T> value;

 private:
  // Whoever throws while it changes the value has decided what it is; as in Tokio, nobody is told.
  template <class Guard, class Poisoned>
  static Guard unpoisoned(std::expected<Guard, Poisoned> result) {
    if (!result) return std::move(result).error().into_inner();
    return *std::move(result);
  }
};

}  // namespace heddle::inline v0::watch::detail
