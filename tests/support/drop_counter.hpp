// SPDX-License-Identifier: MIT
// A value that counts its destruction, once, however often it was moved.
#pragma once

#include <heddle/marker/rules.hpp>

#include <atomic>
#include <utility>

namespace heddle_test {

class DropCounter {
 public:
  explicit DropCounter(std::atomic<int>& drops) noexcept : drops_(&drops) {}
  DropCounter(DropCounter&& other) noexcept : drops_(std::exchange(other.drops_, nullptr)) {}
  DropCounter& operator=(DropCounter&&) = delete;
  ~DropCounter() {
    if (drops_ != nullptr) drops_->fetch_add(1);
  }

 private:
  std::atomic<int>* drops_;

  // The counter is an atomic that outlives the test's tasks.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_OWNED(true);
};

/// Calls a function when it is destroyed, unless it was moved away.
template <class F>
class OnDrop {
 public:
  explicit OnDrop(F f) : f_(std::move(f)) {}
  OnDrop(const OnDrop&) = delete;
  OnDrop& operator=(const OnDrop&) = delete;
  ~OnDrop() { f_(); }

 private:
  F f_;
};

}  // namespace heddle_test
