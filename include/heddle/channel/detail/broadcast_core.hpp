// SPDX-License-Identifier: MIT
// The ring of a broadcast channel: positions, counts and waiters, for values of any type.
//
// Values are numbered from 0. The ring has the last `capacity` of them, each in a block of its own. A receiver knows
// the number of its next value; a value knows how many receivers have yet to look at it. When the last has, or a newer
// value needs its place, the ring lets go of it.
//
//   1. A message has `uses_`: one of the ring, and one of each receiver that is copying it. Whoever drops the last
//      destroys it, with no lock held. So nobody waits for a slow copy, and no value is destroyed under the lock.
//   2. The message at each position from a receiver's `next` on, as far as the ring goes back, is in the ring.
#pragma once

#include <heddle/future/wait_list.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle::inline v0::broadcast::detail {

/// A value in the channel, but for the value.
class Message {
 public:
  Message() noexcept {}
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
  virtual ~Message() = default;

  /// Drops one use. acq_rel: every copy happens before the destruction.
  void release() noexcept {
    if (uses_.fetch_sub(1, base::acq_rel) == 1) delete this;
  }

 private:
  friend class Core;

  // Atomic; rule 1. Relaxed when the ring's use protects it.
  base::atomic<std::size_t> uses_{1};
  // Guarded by the lock: how many receivers have yet to look at it.
  std::size_t unseen_ = 0;
  // Owned by who took it out of the ring, to let go of it without the lock.
  Message* next_ = nullptr;
};

/// What a receiver got: a message, whose use it now has, or the reason why not.
struct Taken {
  Message* message = nullptr;
  std::uint64_t missed = 0;
  bool closed = false;

  Taken() noexcept {}
  [[nodiscard]] bool is_empty() const noexcept { return message == nullptr && missed == 0 && !closed; }
};

class Core {
 public:
  /// Throws std::invalid_argument, std::length_error. Made with one sender.
  explicit Core(std::size_t capacity);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core();

  /// Takes `message` over, for all receivers; returns how many there are. With 0, it stays the caller's.
  [[nodiscard]] std::size_t send(Message& message) noexcept;

  /// The message at `next`, which moves on.
  [[nodiscard]] Taken take(std::uint64_t& next) noexcept;
  /// The same as a step of waiting.
  [[nodiscard]] Taken poll_take(future::Waiter& waiter, const Context& cx, std::uint64_t& next);
  void stop_waiting_recv(future::Waiter& w) noexcept { static_cast<void>(future::stop_waiting(lock_, receiving_, w)); }

  /// Returns the position of the first value that the new receiver will get.
  [[nodiscard]] std::uint64_t add_receiver() noexcept;
  void drop_receiver(std::uint64_t next) noexcept;

  [[nodiscard]] bool poll_no_receivers(future::Waiter& waiter, const Context& cx);
  void stop_waiting_closed(future::Waiter& w) noexcept { static_cast<void>(future::stop_waiting(lock_, closed_, w)); }

  void add_sender() noexcept;
  [[nodiscard]] bool try_add_sender() noexcept;
  void drop_sender() noexcept;
  void add_weak_sender() noexcept;
  void drop_weak_sender() noexcept;

  [[nodiscard]] std::size_t senders() const noexcept { return locked(senders_); }
  [[nodiscard]] std::size_t weak_senders() const noexcept { return locked(weak_senders_); }
  [[nodiscard]] std::size_t receivers() const noexcept { return locked(receivers_); }
  [[nodiscard]] std::size_t len() const noexcept { return locked(len_); }
  /// How many receives wait; 0 if anybody is in the channel. For the deadlock report.
  [[nodiscard]] std::size_t waiting_receives() noexcept;
  [[nodiscard]] std::size_t unseen(std::uint64_t next) const noexcept { return locked(tail_) - next; }

 private:
  template <class N>
  [[nodiscard]] N locked(const N& number) const noexcept {
    const std::lock_guard guard(lock_);
    return number;
  }

  // With the lock held:
  [[nodiscard]] Taken take_locked(std::uint64_t& next) noexcept;
  [[nodiscard]] Message*& slot(std::uint64_t position) noexcept { return ring_[position & (ring_.size() - 1)]; }
  [[nodiscard]] std::uint64_t oldest() const noexcept { return tail_ < ring_.size() ? 0 : tail_ - ring_.size(); }
  /// One receiver less has yet to look; returns the message if it was the last, out of the ring, with the ring's use.
  [[nodiscard]] Message* see(std::uint64_t position) noexcept;

  mutable base::SpinLock lock_;
  // Guarded by lock_. The size of the ring, a power of two, is constant.
  std::vector<Message*> ring_;
  std::uint64_t tail_ = 0;
  std::size_t len_ = 0;
  std::size_t receivers_ = 0;
  std::size_t senders_ = 1;
  std::size_t weak_senders_ = 0;
  future::WaitList receiving_;
  future::WaitList closed_;
};

}  // namespace heddle::inline v0::broadcast::detail
