// SPDX-License-Identifier: MIT
// WatchedFd: a descriptor that a runtime's driver watches, owned.
#pragma once

#include <heddle/base/assert.hpp>
#include <heddle/io/error.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/runtime/detail/io_source.hpp>

#include <utility>

namespace heddle::inline v0::runtime::detail {

/// Owns a descriptor and its place in the driver. One pointer; empty after a move.
class WatchedFd {
 public:
  /// Hands `fd` to `shared`, which closes it even if this fails.
  [[nodiscard]] static io::Result<WatchedFd> adopt(Shared& shared, int fd);

  WatchedFd(WatchedFd&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
  WatchedFd& operator=(WatchedFd&& other) noexcept {
    std::swap(source_, other.source_);
    return *this;
  }
  ~WatchedFd() {
    if (source_ != nullptr) close();
  }

  [[nodiscard]] IoSource& source() const noexcept {
    HEDDLE_INVARIANT(source_ != nullptr, "a descriptor was used after it had been moved from");
    return *source_;
  }

  /// Ends the watching, and gives the descriptor away. Empty afterwards.
  [[nodiscard]] int release() noexcept;

 private:
  explicit WatchedFd(IoSource& source) noexcept : source_(&source) {}
  void close() noexcept;

  IoSource* source_;

  // The source is owned, and its state is atomic or under its lock.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::runtime::detail
