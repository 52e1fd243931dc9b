// SPDX-License-Identifier: MIT
// Interest: what to wait for. ReadyState: what a descriptor is ready for. The futures and steps on both.
#pragma once

#include <heddle/future/context.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/future/poll.hpp>
#include <heddle/io/error.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/runtime/detail/io_source.hpp>

#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::net {

/// What to wait for: reading, writing, or both: `Interest::kReadable | Interest::kWritable`.
///
/// Corresponds to Tokio's `io::Interest`.
class Interest {
 public:
  static const Interest kReadable;
  static const Interest kWritable;

  [[nodiscard]] constexpr bool is_readable() const noexcept { return (bits_ & 1U) != 0; }
  [[nodiscard]] constexpr bool is_writable() const noexcept { return (bits_ & 2U) != 0; }

  friend constexpr Interest operator|(Interest a, Interest b) noexcept {
    return Interest(static_cast<std::uint8_t>(a.bits_ | b.bits_));
  }
  friend constexpr bool operator==(Interest, Interest) noexcept = default;

 private:
  explicit constexpr Interest(std::uint8_t bits) noexcept : bits_(bits) {}

  std::uint8_t bits_;

  HEDDLE_FIELDS(bits_);
};

inline constexpr Interest Interest::kReadable{1};
inline constexpr Interest Interest::kWritable{2};

/// What a descriptor was ready for when it was looked at. A hint: an operation may find otherwise.
///
/// Corresponds to Tokio's `io::Ready`.
class ReadyState {
  using Readiness = runtime::detail::Readiness;

 public:
  /// Reading is worth a try: there are bytes, or the end of them.
  [[nodiscard]] bool is_readable() const noexcept { return has(Readiness::kReadable | Readiness::kReadClosed); }
  /// Writing is worth a try: there is room, or nobody who reads.
  [[nodiscard]] bool is_writable() const noexcept { return has(Readiness::kWritable | Readiness::kWriteClosed); }
  [[nodiscard]] bool is_read_closed() const noexcept { return has(Readiness::kReadClosed); }
  [[nodiscard]] bool is_write_closed() const noexcept { return has(Readiness::kWriteClosed); }
  [[nodiscard]] bool is_error() const noexcept { return has(Readiness::kError); }
  [[nodiscard]] bool is_empty() const noexcept { return !has(kAll); }

  /// What `seen`, a source's readiness, means for an interest.
  ReadyState(runtime::detail::Readiness seen, Interest interest) noexcept : word_(seen.word & ~kAll) {
    using runtime::detail::Direction;
    if (interest.is_readable()) word_ |= seen.word & Readiness::mask(Direction::kRead) & kAll;
    if (interest.is_writable()) word_ |= seen.word & Readiness::mask(Direction::kWrite) & kAll;
  }

  /// The source's word, with its tick.
  [[nodiscard]] runtime::detail::Readiness seen() const noexcept { return Readiness(word_); }

 private:
  static constexpr std::uint32_t kAll = Readiness::kReadable | Readiness::kWritable | Readiness::kReadClosed |
                                        Readiness::kWriteClosed | Readiness::kError;
  [[nodiscard]] bool has(std::uint32_t flags) const noexcept { return (word_ & flags) != 0; }

  std::uint32_t word_;

  HEDDLE_FIELDS(word_);
};

/// The future of `ready`: waits for any of an interest.
class [[nodiscard]] ReadyFuture {
 public:
  using Output = io::Result<ReadyState>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  ReadyFuture(runtime::detail::IoSource& source, Interest interest) noexcept : source_(source), interest_(interest) {}
  ReadyFuture(const ReadyFuture&) = delete;
  ReadyFuture& operator=(const ReadyFuture&) = delete;
  ~ReadyFuture() { cancel(); }

  /// Drops it where it stands.
  void cancel() noexcept {
    if (!std::exchange(queued_, false)) return;
    source_.forget(reader_);
    source_.forget(writer_);
  }

  Poll<Output> poll(Context& cx);

 private:
  [[nodiscard]] bool wait(Context& cx) noexcept;

  runtime::detail::IoSource& source_;
  runtime::detail::IoWaiter reader_;
  runtime::detail::IoWaiter writer_;
  Interest interest_;
  // They were queued once; whether they still are, the source knows.
  bool queued_ = false;
};

namespace detail {

/// What try_io answers instead of calling: the runtime is gone, or the source is not ready. Else the readiness seen.
[[nodiscard]] io::Result<ReadyState> look(const runtime::detail::IoSource& source, Interest interest);

/// An operation found that `seen` isn't so any more.
void clear(runtime::detail::IoSource& source, ReadyState seen, Interest interest) noexcept;

template <class F>
using TryIo = std::invoke_result_t<F&>;

/// Calls `f` if the source is ready, and believes it when it says kWouldBlock.
template <class F>
TryIo<F> try_io(runtime::detail::IoSource& source, Interest interest, F& f) {
  auto seen = look(source, interest);
  if (!seen) return std::unexpected(std::move(seen).error());
  auto result = f();
  if (!result && result.error().kind() == io::ErrorKind::kWouldBlock) clear(source, *seen, interest);
  return result;
}

}  // namespace detail

/// The future of `async_io`: waits, tries, and waits again.
template <class F>
class [[nodiscard]] AsyncIo {
 public:
  using Output = std::invoke_result_t<F&>;

  AsyncIo(runtime::detail::IoSource& source, Interest interest, F f)
      : source_(source), ready_(source, interest), f_(std::move(f)), interest_(interest) {}

  void cancel() noexcept { ready_.cancel(); }

  Poll<Output> poll(Context& cx) {
    for (;;) {
      auto ready = ready_.poll(cx);
      if (ready.is_pending()) return Pending;
      if (!ready->has_value()) return Poll<Output>(std::in_place, std::unexpect, std::move(*ready).error());
      auto result = detail::try_io(source_, interest_, f_);
      const bool again = !result && result.error().kind() == io::ErrorKind::kWouldBlock;
      if (!again) return Poll<Output>(std::in_place, std::move(result));
    }
  }

 private:
  runtime::detail::IoSource& source_;
  ReadyFuture ready_;
  F f_;
  Interest interest_;
};

}  // namespace heddle::inline v0::net

namespace heddle::inline v0::marker {

// They borrow a socket, whose state is atomic or under its lock.
template <>
struct unsafe_rules<net::ReadyFuture> {
  using Send = Always;
};
template <class F>
struct unsafe_rules<net::AsyncIo<F>> {
  using Send = If<IsSend<F>>;
};

}  // namespace heddle::inline v0::marker
