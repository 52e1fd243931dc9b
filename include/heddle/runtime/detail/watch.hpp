// SPDX-License-Identifier: MIT
// Watch: owns a descriptor's place in a driver.
#pragma once

#include <heddle/base/assert.hpp>
#include <heddle/io/error.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/runtime/detail/io_source.hpp>

#include <utility>

namespace heddle::inline v0::runtime::detail {

/// A descriptor's place in the driver, not the descriptor itself. One pointer; empty after a move.
class Watch {
 public:
  using Source = IoSource;

  /// Lets the driver of `shared` watch `fd`. Errors: what the system says; kOther when the runtime has shut down.
  [[nodiscard]] static io::Result<Watch> make(Shared& shared, int fd, Readiness initial);

  Watch(Watch&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
  Watch& operator=(Watch&& other) noexcept {
    std::swap(source_, other.source_);
    return *this;
  }
  ~Watch() { end(); }

  /// Ends it. The descriptor is the caller's to close afterwards.
  void end() noexcept {
    if (Source* source = std::exchange(source_, nullptr)) detail::unwatch(*source);
  }

  [[nodiscard]] bool has_source() const noexcept { return source_ != nullptr; }
  [[nodiscard]] Source& source() const noexcept {
    HEDDLE_INVARIANT(source_ != nullptr, "what watches a descriptor was used after it had been moved from");
    return *source_;
  }

 private:
  explicit Watch(Source& source) noexcept : source_(&source) {}

  Source* source_;

  // The source is owned, and its state is atomic or under its lock.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::runtime::detail
