// SPDX-License-Identifier: MIT
// Reading up to a delimiter from a buffered stream: fill_buf, read_until, read_line, lines, split.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/step.hpp>
#include <heddle/io/detail/utf8.hpp>
#include <heddle/marker/fields.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle::inline v0::io {

/// No bound on how much is read up to a delimiter.
inline constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

/// The future of fill_buf.
template <AsyncBufRead R>
class [[nodiscard]] FillBuf {
 public:
  using Output = Result<std::span<const std::byte>>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit FillBuf(R& reader) noexcept : reader_(reader) {}
  Poll<Output> poll(Context& cx) { return reader_.poll_fill_buf(cx); }
  void cancel() noexcept {}

 private:
  R& reader_;

  HEDDLE_FIELDS(reader_);
};

namespace detail {

/// Bytes as what a container of bytes or of characters takes.
template <class Container>
void append(Container& out, std::span<const std::byte> bytes) {
  if constexpr (std::same_as<typename Container::value_type, std::byte>) {
    out.insert(out.end(), bytes.begin(), bytes.end());
  } else {
    // SAFETY: a byte may be seen as a character.
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
}

/// Appends to `out` up to `delimiter`, which is included, or the end; at most `max` bytes. `total` counts across steps.
template <class R, class Container>
Poll<Result<std::size_t>> poll_read_until(R& reader, Context& cx, std::byte delimiter, std::size_t max, Container& out,
                                          std::size_t& total) {
  using Output = Result<std::size_t>;
  for (;;) {
    auto filled = reader.poll_fill_buf(cx);
    if (stuck(filled)) return pass_on<Output>(filled);
    const auto found = std::ranges::find(**filled, delimiter);
    const bool done = found != (**filled).end() || (**filled).empty();
    const auto wanted = static_cast<std::size_t>(found - (**filled).begin()) + (found != (**filled).end() ? 1 : 0);
    const std::size_t used = std::min(wanted, max - total);
    append(out, (**filled).first(used));
    reader.consume(used);
    total += used;
    if (used < wanted) return failed<Output>(ErrorKind::kInvalidData, "no delimiter within the most bytes allowed");
    if (done) return Poll<Output>(std::in_place, total);
  }
}

/// What a delimited part is without its delimiter; a line also without the carriage return before it.
inline void strip_line(std::string& line) noexcept {
  if (!line.ends_with('\n')) return;
  line.pop_back();
  if (line.ends_with('\r')) line.pop_back();
}

}  // namespace detail

/// The future of read_until.
template <AsyncBufRead R>
class [[nodiscard]] ReadUntil {
 public:
  using Output = Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  ReadUntil(R& reader, std::byte delimiter, std::vector<std::byte>& out, std::size_t max) noexcept
      : reader_(reader), out_(out), max_(max), delimiter_(delimiter) {}
  Poll<Output> poll(Context& cx) { return detail::poll_read_until(reader_, cx, delimiter_, max_, out_, total_); }
  void cancel() noexcept {}

 private:
  R& reader_;
  std::vector<std::byte>& out_;
  std::size_t max_;
  std::size_t total_ = 0;
  std::byte delimiter_;

  HEDDLE_FIELDS(reader_, out_, max_, total_, delimiter_);
};

/// The future of read_line.
template <AsyncBufRead R>
class [[nodiscard]] ReadLine {
 public:
  using Output = Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLosesData;

  ReadLine(R& reader, std::string& out, std::size_t max) noexcept
      : reader_(reader), out_(out), begin_(out.size()), max_(max) {}
  Poll<Output> poll(Context& cx) {
    auto step = detail::poll_read_until(reader_, cx, std::byte{'\n'}, max_, out_, total_);
    if (detail::stuck(step) || detail::is_utf8(std::string_view(out_).substr(begin_))) return step;
    return Poll<Output>(std::in_place, std::unexpect, detail::not_utf8());
  }
  void cancel() noexcept {}

 private:
  R& reader_;
  std::string& out_;
  std::size_t begin_;
  std::size_t max_;
  std::size_t total_ = 0;

  HEDDLE_FIELDS(reader_, out_, begin_, max_, total_);
};

/// The future of Lines::next_line and Split::next_segment.
template <class Parts>
class [[nodiscard]] NextPart {
 public:
  using Output = Result<std::optional<typename Parts::Part>>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit NextPart(Parts& parts) noexcept : parts_(parts) {}
  Poll<Output> poll(Context& cx) { return parts_.poll_part(cx); }
  void cancel() noexcept {}

 private:
  Parts& parts_;

  HEDDLE_FIELDS(parts_);
};

namespace detail {

/// A part as the next item of a stream of parts: nothing at the end.
template <class Part>
Poll<std::optional<Result<Part>>> as_item(Poll<Result<std::optional<Part>>> step) {
  using Item = std::optional<Result<Part>>;
  if (step.is_pending()) return Pending;
  if (!step->has_value()) return Poll<Item>(std::in_place, std::in_place, std::unexpect, std::move(*step).error());
  if (!(*step)->has_value()) return Poll<Item>(std::in_place, std::nullopt);
  return Poll<Item>(std::in_place, std::in_place, std::move(***step));
}

}  // namespace detail

/// The lines of a stream, one by one.
///
/// Shape       `while (auto line = co_await ok(lines.next_line()))`. R is a reference if the reader was passed by name.
/// Corresponds to Tokio's `Lines`, and, by poll_next, to tokio-stream's `LinesStream`.
template <AsyncBufRead R>
class Lines {
 public:
  using Part = std::string;
  using Item = Result<std::string>;

  Lines(R&& reader, std::size_t max) : reader_(std::forward<R>(reader)), max_(max) {}

  /// The next line, without its end, "\n" or "\r\n".
  ///
  /// Returns     Nothing at the end of the stream. A last line needs no end.
  /// Errors      kInvalidData for a line that is no UTF-8: the next one follows; and for one that is longer than the
  ///             bound: there is no next one. Those of the stream.
  /// Cancelling  Safe: what was read of the line is kept.
  /// Corresponds to `Lines::next_line`.
  NextPart<Lines> next_line() noexcept { return NextPart<Lines>(*this); }

  /// One step of next_line.
  Poll<Result<std::optional<std::string>>> poll_part(Context& cx) {
    using Output = Result<std::optional<std::string>>;
    auto step = detail::poll_read_until(reader_, cx, std::byte{'\n'}, max_, line_, total_);
    if (detail::stuck(step)) return detail::pass_on<Output>(step);
    total_ = 0;
    if (line_.empty()) return Poll<Output>(std::in_place, std::nullopt);
    std::string line = std::exchange(line_, {});
    if (!detail::is_utf8(line)) return Poll<Output>(std::in_place, std::unexpect, detail::not_utf8());
    detail::strip_line(line);
    return Poll<Output>(std::in_place, std::move(line));
  }
  Poll<std::optional<Item>> poll_next(Context& cx) { return detail::as_item(poll_part(cx)); }

 private:
  R reader_;
  // What was read of the next line, over several steps.
  std::string line_;
  std::size_t total_ = 0;
  std::size_t max_;

  HEDDLE_FIELDS(reader_, line_, total_, max_);
};

/// The parts of a stream between delimiters, one by one.
///
/// Corresponds to Tokio's `Split`, and, by poll_next, to tokio-stream's `SplitStream`.
template <AsyncBufRead R>
class Split {
 public:
  using Part = std::vector<std::byte>;
  using Item = Result<std::vector<std::byte>>;

  Split(R&& reader, std::byte delimiter, std::size_t max)
      : reader_(std::forward<R>(reader)), max_(max), delimiter_(delimiter) {}

  /// The next part, without its delimiter.
  ///
  /// Returns     Nothing at the end of the stream. The last part needs no delimiter.
  /// Errors      kInvalidData for a part that is longer than the bound: there is no next one. Those of the stream.
  /// Cancelling  Safe: what was read of the part is kept.
  /// Corresponds to `Split::next_segment`.
  NextPart<Split> next_segment() noexcept { return NextPart<Split>(*this); }

  /// One step of next_segment.
  Poll<Result<std::optional<Part>>> poll_part(Context& cx) {
    using Output = Result<std::optional<Part>>;
    auto step = detail::poll_read_until(reader_, cx, delimiter_, max_, part_, total_);
    if (detail::stuck(step)) return detail::pass_on<Output>(step);
    total_ = 0;
    if (part_.empty()) return Poll<Output>(std::in_place, std::nullopt);
    Part part = std::exchange(part_, {});
    if (part.back() == delimiter_) part.pop_back();
    return Poll<Output>(std::in_place, std::move(part));
  }
  Poll<std::optional<Item>> poll_next(Context& cx) { return detail::as_item(poll_part(cx)); }

 private:
  R reader_;
  // What was read of the next part, over several steps.
  Part part_;
  std::size_t total_ = 0;
  std::size_t max_;
  std::byte delimiter_;

  HEDDLE_FIELDS(reader_, part_, total_, max_, delimiter_);
};

/// What the buffer of `reader` holds, after reading if that is nothing; empty at the end of the stream.
///
/// Shape       Valid until the reader is used again. Say with `reader.consume(n)` how much was used.
/// Cancelling  Safe: nothing was consumed.
/// Corresponds to `AsyncBufReadExt::fill_buf`.
template <AsyncBufRead R>
FillBuf<R> fill_buf(R& reader) noexcept {
  return FillBuf<R>(reader);
}

/// Appends to `out` up to `delimiter`, which is included, or the end of the stream.
///
/// Returns     How many bytes were read; 0 at the end.
/// Errors      kInvalidData if there is no delimiter within `max` bytes: those are in `out`. Those of the stream.
/// Cancelling  Safe: what was read is in `out`, and another call goes on.
/// Corresponds to `AsyncBufReadExt::read_until`.
template <AsyncBufRead R>
ReadUntil<R> read_until(R& reader, std::byte delimiter, std::vector<std::byte>& out,
                        std::size_t max = kUnbounded) noexcept {
  return ReadUntil<R>(reader, delimiter, out, max);
}

/// Appends a line, with its end, to `out`.
///
/// Returns     How many bytes were read; 0 at the end.
/// Errors      kInvalidData if it is no UTF-8, or longer than `max` bytes: what was read is in `out`. Those of the
///             stream.
/// Cancelling  Loses data: `out` may end within a character. Lines::next_line doesn't.
/// Corresponds to `AsyncBufReadExt::read_line`.
template <AsyncBufRead R>
ReadLine<R> read_line(R& reader, std::string& out, std::size_t max = kUnbounded) noexcept {
  return ReadLine<R>(reader, out, max);
}

/// The lines of `reader`, which is borrowed if it is passed by its name and else taken. `max`: the most bytes of a
/// line, with its end. Corresponds to `AsyncBufReadExt::lines`.
template <AsyncBufRead R>
[[nodiscard]] Lines<R> lines(R&& reader, std::size_t max = kUnbounded) {
  return Lines<R>(std::forward<R>(reader), max);
}

/// The parts of `reader` between delimiters. Otherwise as lines. Corresponds to `AsyncBufReadExt::split`.
template <AsyncBufRead R>
[[nodiscard]] Split<R> split(R&& reader, std::byte delimiter, std::size_t max = kUnbounded) {
  return Split<R>(std::forward<R>(reader), delimiter, max);
}

}  // namespace heddle::inline v0::io
