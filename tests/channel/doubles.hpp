// SPDX-License-Identifier: MIT
// Doubles for channel tests: messages that count their lives, wakers that count their wakes, one poll at a time.
#pragma once

#include <heddle/channel/mpmc.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/future/future.hpp>

#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace heddle_test {

/// A message that knows how many of its kind are alive; moved-from ones count too, but carry nothing.
class Tracked {
 public:
  explicit Tracked(int number) noexcept : number_(number) { ++alive(); }
  Tracked(Tracked&& other) noexcept : number_(std::exchange(other.number_, kMoved)) { ++alive(); }
  Tracked& operator=(Tracked&&) = delete;
  ~Tracked() {
    --alive();
    if (number_ != kMoved) ++dropped();
  }

  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool moved() const noexcept { return number_ == kMoved; }

  static std::atomic<int>& alive() noexcept {
    static std::atomic<int> count{0};
    return count;
  }
  /// Destroyed while carrying a number.
  static std::atomic<int>& dropped() noexcept {
    static std::atomic<int> count{0};
    return count;
  }

 private:
  static constexpr int kMoved = -1;
  int number_;
};

/// A message whose move throws when it is told to.
class Fragile {
 public:
  explicit Fragile(int number) : number_(number) {}
  Fragile(Fragile&& other) noexcept(false) : number_(other.number_) {
    if (throws()) throw std::runtime_error("the move failed");
    other.number_ = -1;
  }
  Fragile& operator=(Fragile&&) = delete;

  [[nodiscard]] int number() const noexcept { return number_; }
  static std::atomic<bool>& throws() noexcept {
    static std::atomic<bool> flag{false};
    return flag;
  }

 private:
  int number_;
};

/// Counts how often it was woken.
class WakeCounter {
 public:
  WakeCounter() : waker_(heddle::future::waker_fn([this] { count_.fetch_add(1, std::memory_order_relaxed); })) {}
  WakeCounter(const WakeCounter&) = delete;
  WakeCounter& operator=(const WakeCounter&) = delete;

  [[nodiscard]] int count() const noexcept { return count_.load(std::memory_order_relaxed); }
  [[nodiscard]] const heddle::Waker& waker() const noexcept { return waker_; }

  /// Polls once, with a budget of its own.
  template <class F>
  auto poll(F& future) {
    heddle::Context cx(waker_, heddle::Context::kUnlimited);
    return future.poll(cx);
  }

 private:
  std::atomic<int> count_{0};
  heddle::Waker waker_;
};

/// A channel of the capacity: SIZE_MAX is unbounded, 0 a rendezvous.
template <class T>
heddle::mpsc::Channel<T> make_channel(std::size_t capacity) {
  if (capacity == static_cast<std::size_t>(-1)) return heddle::mpsc::channel<T>();
  return heddle::mpsc::sync_channel<T>(capacity);
}
inline constexpr std::size_t kUnbounded = static_cast<std::size_t>(-1);

template <class T>
heddle::mpmc::Channel<T> make_mpmc(std::size_t capacity) {
  if (capacity == static_cast<std::size_t>(-1)) return heddle::mpmc::channel<T>();
  return heddle::mpmc::sync_channel<T>(capacity);
}

}  // namespace heddle_test
