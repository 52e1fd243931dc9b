// SPDX-License-Identifier: MIT
// A task without a future, for tests of states and queues alone.
#pragma once

#include <heddle/runtime/detail/task_cell.hpp>

#include <cstdint>

namespace heddle_test {

class FakeTask final : public heddle::runtime::detail::TaskHeader {
 public:
  FakeTask() noexcept : TaskHeader(kVTable, {}) {}

  /// How often it was destroyed: its memory stays, for the test to look at.
  int destroyed = 0;

  [[nodiscard]] std::uint64_t references() const noexcept {
    return word_.load(heddle::base::acquire) / kReference;
  }
  [[nodiscard]] std::uint64_t flags() const noexcept { return word_.load(heddle::base::acquire) % kReference; }

 private:
  static void destroy(heddle::future::WakeTarget& target) noexcept { ++static_cast<FakeTask&>(target).destroyed; }
  static constexpr heddle::runtime::detail::TaskVTable kVTable{
      {nullptr, nullptr, &FakeTask::destroy}, nullptr, nullptr, nullptr, nullptr, 0};
};

}  // namespace heddle_test
