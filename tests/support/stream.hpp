// SPDX-License-Identifier: MIT
// Streams in the hands of a test: polled step by step.
#pragma once

#include "support/mock_task.hpp"

#include <heddle/future/stream.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace heddle_test {

/// A stream that a test owns, with a task of its own.
template <heddle::Stream S>
class PolledStream {
 public:
  using Item = typename S::Item;

  explicit PolledStream(S stream) : stream_(std::move(stream)) {}

  heddle::Poll<std::optional<Item>> poll(std::uint32_t budget = heddle::Context::kBudget) {
    heddle::Context cx(task_.waker(), budget);
    return stream_.poll_next(cx);
  }
  [[nodiscard]] bool pending() { return poll().is_pending(); }
  /// The item that is ready now.
  Item item() { return *std::move(*poll()); }
  [[nodiscard]] bool ended() {
    auto answer = poll();
    return answer.is_ready() && !answer->has_value();
  }
  [[nodiscard]] bool is_woken() { return task_.is_woken(); }
  S& operator*() { return stream_; }

 private:
  heddle::test::MockTask task_;
  S stream_;
};

}  // namespace heddle_test
