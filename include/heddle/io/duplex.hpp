// SPDX-License-Identifier: MIT
// duplex and simplex: streams between tasks, through memory.
#pragma once

#include <heddle/io/concepts.hpp>
#include <heddle/marker/fields.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace heddle::inline v0::io {

namespace detail {
class Pipe;
}  // namespace detail

/// The end of a pipe in memory at which bytes come out. Dropping it makes writes fail with kBrokenPipe. See simplex.
class SimplexReader {
 public:
  explicit SimplexReader(std::shared_ptr<detail::Pipe> pipe) noexcept : pipe_(std::move(pipe)) {}
  SimplexReader(SimplexReader&&) noexcept = default;
  SimplexReader& operator=(SimplexReader&& other) noexcept {
    std::swap(pipe_, other.pipe_);
    return *this;
  }
  ~SimplexReader();

  Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst);

 private:
  std::shared_ptr<detail::Pipe> pipe_;

  // What both ends touch is under the pipe's lock.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

/// The end of a pipe in memory at which bytes go in. Dropping it ends the stream, once the rest is read. See simplex.
class SimplexWriter {
 public:
  explicit SimplexWriter(std::shared_ptr<detail::Pipe> pipe) noexcept : pipe_(std::move(pipe)) {}
  SimplexWriter(SimplexWriter&&) noexcept = default;
  SimplexWriter& operator=(SimplexWriter&& other) noexcept {
    std::swap(pipe_, other.pipe_);
    return *this;
  }
  ~SimplexWriter();

  Poll<Result<std::size_t>> poll_write(Context& cx, std::span<const std::byte> src);
  Poll<Result<std::size_t>> poll_write_vectored(Context& cx, std::span<const std::span<const std::byte>> sources);
  static Poll<Result<void>> poll_flush(Context&) { return Poll<Result<void>>(std::in_place); }
  Poll<Result<void>> poll_shutdown(Context& cx);

 private:
  std::shared_ptr<detail::Pipe> pipe_;

  // As SimplexReader.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

/// What simplex gives.
struct Simplex {
  SimplexReader reader;
  SimplexWriter writer;

  Simplex(SimplexReader r, SimplexWriter w) noexcept : reader(std::move(r)), writer(std::move(w)) {}
  HEDDLE_FIELDS(reader, writer);
};

/// One end of a connection through memory. See duplex.
class DuplexStream {
 public:
  DuplexStream(SimplexReader reader, SimplexWriter writer) noexcept
      : reader_(std::move(reader)), writer_(std::move(writer)) {}

  Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst) { return reader_.poll_read(cx, dst); }
  Poll<Result<std::size_t>> poll_write(Context& cx, std::span<const std::byte> src) {
    return writer_.poll_write(cx, src);
  }
  Poll<Result<std::size_t>> poll_write_vectored(Context& cx, std::span<const std::span<const std::byte>> sources) {
    return writer_.poll_write_vectored(cx, sources);
  }
  Poll<Result<void>> poll_flush(Context& cx) { return SimplexWriter::poll_flush(cx); }
  Poll<Result<void>> poll_shutdown(Context& cx) { return writer_.poll_shutdown(cx); }

 private:
  SimplexReader reader_;
  SimplexWriter writer_;

  HEDDLE_FIELDS(reader_, writer_);
};

/// What duplex gives.
struct Duplex {
  DuplexStream a;
  DuplexStream b;

  Duplex(DuplexStream first, DuplexStream second) noexcept : a(std::move(first)), b(std::move(second)) {}
  HEDDLE_FIELDS(a, b);
};

/// A pipe through memory that holds up to `capacity` bytes: `auto [reader, writer] = io::simplex(1024);`
///
/// Errors      std::invalid_argument if `capacity` is 0.
/// Threads     Each end may move to another thread.
/// Cost        The buffer, allocated at once. Bytes are copied with no lock held.
/// Corresponds to Tokio's `io::simplex`.
[[nodiscard]] Simplex simplex(std::size_t capacity);

/// A connection through memory that holds up to `capacity` bytes each way: `auto [a, b] = io::duplex(1024);` Two
/// simplex pipes. For tests of what speaks over any stream.
///
/// Corresponds to Tokio's `io::duplex`.
[[nodiscard]] Duplex duplex(std::size_t capacity);

}  // namespace heddle::inline v0::io
