// SPDX-License-Identifier: MIT
// A driver that watches nothing: its holder sleeps on a word, until interrupted or its time has come.
#pragma once

#include <heddle/base/atomic.hpp>

#include <cstddef>
#include <cstdint>

#include "runtime/driver/driver.hpp"
#include "sys/futex.hpp"

namespace heddle_test {

class FakeDriver final : public heddle::runtime::detail::Driver {
 public:
  void interrupt() noexcept override {
    interrupted_.store(1, heddle::base::release);
    heddle::sys::futex_wake_one(interrupted_);
  }

 protected:
  int watch(heddle::runtime::detail::IoSource&) noexcept override { return 0; }
  void unwatch(heddle::runtime::detail::IoSource&) noexcept override {}
  void wait(std::uint64_t nanoseconds, std::size_t) noexcept override {
    if (nanoseconds != kNoWait) {
      const std::uint64_t until =
          nanoseconds == kForever ? heddle::base::kForever : heddle::sys::monotonic_ns() + nanoseconds;
      heddle::sys::futex_wait(interrupted_, 0, until);
    }
    interrupted_.exchange(0, heddle::base::acquire);
  }

 private:
  heddle::base::atomic<std::uint32_t> interrupted_{0};
};

}  // namespace heddle_test
