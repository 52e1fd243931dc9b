// SPDX-License-Identifier: MIT
// Sending into, taking from and leaving a broadcast channel.
#include <heddle/channel/broadcast.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <stdexcept>

namespace heddle::inline v0::broadcast::detail {

namespace {

std::size_t ring_size(std::size_t capacity) {
  if (capacity == 0) throw std::invalid_argument("a broadcast channel needs a capacity");
  if (capacity > std::numeric_limits<std::size_t>::max() >> 1) throw std::length_error("broadcast: capacity too large");
  return std::bit_ceil(capacity);
}

}  // namespace

Core::Core(std::size_t capacity) : ring_(ring_size(capacity), nullptr) {}

// The last receiver has taken all with it, or there never was one.
Core::~Core() { HEDDLE_ASSERT(len_ == 0, "a broadcast channel was destroyed with values in it"); }

std::size_t Core::send(Message& message) noexcept {
  std::unique_lock guard(lock_);
  if (receivers_ == 0) return 0;
  const std::size_t receivers = receivers_;
  message.unseen_ = receivers;
  Message* overwritten = std::exchange(slot(tail_), &message);
  if (overwritten == nullptr) ++len_;
  ++tail_;
  receiving_.wake_all(std::move(guard));
  if (overwritten != nullptr) overwritten->release();
  return receivers;
}

Taken Core::take(std::uint64_t& next) noexcept {
  const std::lock_guard guard(lock_);
  return take_locked(next);
}

Taken Core::poll_take(future::Waiter& waiter, const Context& cx, std::uint64_t& next) {
  Taken taken;
  future::wait_until(lock_, receiving_, waiter, cx, [&] {
    taken = take_locked(next);
    return !taken.is_empty();
  });
  return taken;
}

Taken Core::take_locked(std::uint64_t& next) noexcept {
  Taken taken;
  if (next == tail_) {
    taken.closed = senders_ == 0;
  } else if (const std::uint64_t first = oldest(); next < first) {
    taken.missed = first - std::exchange(next, first);
  } else {
    taken.message = slot(next);
    // Relaxed: the ring's use, which the lock protects, keeps the message. The last to look inherits it.
    if (see(next++) == nullptr) taken.message->uses_.fetch_add(1, base::relaxed);
  }
  return taken;
}

Message* Core::see(std::uint64_t position) noexcept {
  Message*& message = slot(position);
  if (--message->unseen_ != 0) return nullptr;
  --len_;
  return std::exchange(message, nullptr);
}

std::uint64_t Core::add_receiver() noexcept {
  const std::lock_guard guard(lock_);
  ++receivers_;
  return tail_;
}

void Core::drop_receiver(std::uint64_t next) noexcept {
  std::uint64_t end = 0;
  {
    std::unique_lock guard(lock_);
    end = tail_;  // what is sent from now on doesn't count this receiver
    if (--receivers_ == 0) closed_.wake_all(std::move(guard));
  }
  // A few at a time: the ring may be long, and others wait for the lock.
  constexpr std::uint64_t kStep = 64;
  while (next < end) {
    Message* dropped = nullptr;
    {
      const std::lock_guard guard(lock_);
      next = std::max(next, oldest());
      for (const std::uint64_t stop = std::min(end, next + kStep); next < stop; ++next) {
        if (Message* last = see(next)) last->next_ = std::exchange(dropped, last);
      }
    }
    while (dropped != nullptr) std::exchange(dropped, dropped->next_)->release();
  }
}

bool Core::poll_no_receivers(future::Waiter& waiter, const Context& cx) {
  return future::wait_until(lock_, closed_, waiter, cx, [&] { return receivers_ == 0; });
}

std::size_t Core::waiting_receives() noexcept {
  const std::unique_lock guard(lock_, std::try_to_lock);
  return guard ? receiving_.count() : 0;
}

void Core::add_sender() noexcept {
  const std::lock_guard guard(lock_);
  ++senders_;
}

bool Core::try_add_sender() noexcept {
  const std::lock_guard guard(lock_);
  if (senders_ == 0) return false;
  ++senders_;
  return true;
}

void Core::drop_sender() noexcept {
  std::unique_lock guard(lock_);
  if (--senders_ == 0) receiving_.wake_all(std::move(guard));
}

void Core::add_weak_sender() noexcept {
  const std::lock_guard guard(lock_);
  ++weak_senders_;
}

void Core::drop_weak_sender() noexcept {
  const std::lock_guard guard(lock_);
  --weak_senders_;
}

}  // namespace heddle::inline v0::broadcast::detail
