// SPDX-License-Identifier: MIT
// A gate: one thread waits until another has opened it. And a value that counts its lives.
#pragma once

#include <heddle/marker/rules.hpp>

#include <atomic>

namespace heddle_test {

class Gate {
 public:
  void open() {
    open_.store(true, std::memory_order_release);
    open_.notify_all();
  }
  void wait() const { open_.wait(false, std::memory_order_acquire); }
  [[nodiscard]] bool is_open() const { return open_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> open_{false};
};

/// Counts itself in `alive` while it lives, also when moved from.
class Counted {
 public:
  explicit Counted(std::atomic<int>& alive) : alive_(&alive) { ++*alive_; }
  Counted(Counted&& other) noexcept : alive_(other.alive_) { ++*alive_; }
  Counted& operator=(Counted&&) = delete;
  ~Counted() { --*alive_; }

  // The counter is atomic, and static in every test.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_OWNED(true);

 private:
  std::atomic<int>* alive_;
};

}  // namespace heddle_test
