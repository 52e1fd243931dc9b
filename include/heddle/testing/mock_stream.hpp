// SPDX-License-Identifier: MIT
// MockStream: a stream that plays a script, for tests of what reads and writes any stream.
#pragma once

#include <heddle/io/concepts.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/time/sleep.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle::inline v0::testing {

/// Thrown by a write that the script of a MockStream doesn't have next.
class UnexpectedWrite : public std::logic_error {
 public:
  using std::logic_error::logic_error;

 private:
  // It adds nothing to its base, whose text is shared and constant.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

/// Gives, and expects, what its script says, in that order:
/// `auto stream = MockStream::Builder().read("ping").write("pong").build();`
///
/// A read waits while the script has something to be written first, and the other way round; it gives no more than one
/// step of the script. After the last step the stream has ended, and nothing may be written.
/// Errors      UnexpectedWrite is thrown for bytes that differ from the script's. A stream that is destroyed before its
///             script has ended aborts the process, unless an exception is on its way.
/// Threads     One at a time.
///
/// Corresponds to `tokio_test::io::Mock`.
class MockStream {
  enum class Kind : std::uint8_t { kRead, kReadError, kWrite, kWriteError, kPend, kWait };

  struct Step {
    Kind kind;
    std::string bytes;
    std::optional<io::Error> error;
    std::chrono::nanoseconds delay{0};

    Step(Kind k, std::string_view data) : kind(k), bytes(data) {}
    Step(Kind k, io::Error e) : kind(k), error(std::move(e)) {}
    Step(Kind k, std::chrono::nanoseconds d) : kind(k), delay(d) {}
    HEDDLE_FIELDS(kind, bytes, error, delay);
  };

 public:
  /// Writes the script. Corresponds to `tokio_test::io::Builder`.
  class Builder {
   public:
    Builder() noexcept {}

    /// The stream gives `bytes`.
    Builder& read(std::string_view bytes) { return add(Kind::kRead, bytes); }
    /// A read fails.
    Builder& read_error(io::Error error) { return add(Kind::kReadError, std::move(error)); }
    /// The stream is to be given `bytes`, by one write or several.
    Builder& write(std::string_view bytes) { return add(Kind::kWrite, bytes); }
    /// A write fails.
    Builder& write_error(io::Error error) { return add(Kind::kWriteError, std::move(error)); }
    /// The next step is Pending once, and is to be tried again at once.
    Builder& pend() { return add(Kind::kPend, std::chrono::nanoseconds(0)); }
    /// The next step waits that long. Needs a runtime; best in paused time.
    Builder& wait(std::chrono::nanoseconds delay) { return add(Kind::kWait, delay); }

    [[nodiscard]] MockStream build() { return MockStream(std::exchange(steps_, {})); }

   private:
    Builder& add(Kind kind, auto what) {
      steps_.emplace_back(kind, std::move(what));
      return *this;
    }
    std::vector<Step> steps_;

    HEDDLE_FIELDS(steps_);
  };

  MockStream(MockStream&&) noexcept = default;
  MockStream& operator=(MockStream&&) = delete;
  ~MockStream();

  Poll<io::Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst);
  Poll<io::Result<std::size_t>> poll_write(Context& cx, std::span<const std::byte> src);
  static Poll<io::Result<void>> poll_flush(Context&) { return Poll<io::Result<void>>(std::in_place); }
  static Poll<io::Result<void>> poll_shutdown(Context&) { return Poll<io::Result<void>>(std::in_place); }

 private:
  explicit MockStream(std::vector<Step> steps) noexcept : steps_(std::move(steps)) {}

  [[nodiscard]] bool at_end() const noexcept { return next_ >= steps_.size(); }
  [[nodiscard]] Step& step() noexcept { return steps_[next_]; }
  /// False while a step makes everybody wait.
  bool may_go_on(Context& cx);
  void advance();
  /// Who finds the other direction's step next waits for it to be played.
  void wait_for_other(Context& cx);

  std::vector<Step> steps_;
  std::size_t next_ = 0;
  std::unique_ptr<time::Sleep> sleep_;
  Waker waiting_;

  HEDDLE_FIELDS(steps_, next_, sleep_, waiting_);
};

}  // namespace heddle::inline v0::testing
