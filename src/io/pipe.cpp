// SPDX-License-Identifier: MIT
// A pipe in memory: a ring of bytes with one reader and one writer.
//
//   1. Bytes [head, head + size) of the ring belong to the reader, the rest to the writer. Each copies its own with no
//   lock
//      held, and then says so with the lock: nobody moves the other's bounds towards itself.
//   2. Wakers are woken, and dropped, with no lock held.
#include <heddle/io/duplex.hpp>

#include <heddle/base/spin_lock.hpp>
#include <heddle/io/detail/step.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <stdexcept>

namespace heddle::inline v0::io {

namespace detail {

class Pipe {
 public:
  explicit Pipe(std::size_t capacity)
      : ring_(std::make_unique_for_overwrite<std::byte[]>(capacity)), capacity_(capacity) {}

  Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst) {
    using Output = Result<std::size_t>;
    if (!cx.may_proceed()) return Pending;
    Waker waker = cx.waker().clone();
    std::size_t head = 0;
    std::size_t count = 0;
    {
      const std::lock_guard guard(lock_);
      if (size_ == 0 && !closed_ && !dst.empty()) {
        std::swap(reader_, waker);
        return Pending;
      }
      head = head_;
      count = std::min(size_, dst.size());
    }
    const auto [first, second] = parts(head, count);
    copy(dst.data(), first);
    copy(dst.data() + first.size(), second);
    cx.made_progress();
    Waker writer;
    if (count != 0) {
      const std::lock_guard guard(lock_);
      head_ = (head_ + count) % capacity_;
      size_ -= count;
      writer = std::move(writer_);
    }
    std::move(writer).wake();
    return Poll<Output>(std::in_place, count);
  }

  Poll<Result<std::size_t>> poll_write(Context& cx, std::span<const std::span<const std::byte>> sources) {
    using Output = Result<std::size_t>;
    if (!cx.may_proceed()) return Pending;
    Waker waker = cx.waker().clone();
    std::size_t wanted = 0;
    for (const auto source : sources) wanted += source.size();
    std::size_t tail = 0;
    std::size_t count = 0;
    {
      std::unique_lock guard(lock_);
      if (closed_) {
        guard.unlock();
        cx.made_progress();
        return failed<Output>(ErrorKind::kBrokenPipe, "the other end of the pipe is closed");
      }
      if (size_ == capacity_ && wanted != 0) {
        std::swap(writer_, waker);
        return Pending;
      }
      tail = head_ + size_;
      count = std::min(capacity_ - size_, wanted);
    }
    std::size_t left = count;
    for (const auto source : sources) {
      const auto taken = source.first(std::min(left, source.size()));
      put(tail, taken);
      tail += taken.size();
      left -= taken.size();
    }
    cx.made_progress();
    Waker reader;
    if (count != 0) {
      const std::lock_guard guard(lock_);
      size_ += count;
      reader = std::move(reader_);
    }
    std::move(reader).wake();
    return Poll<Output>(std::in_place, count);
  }

  /// No more bytes come, and none are taken. What is in the ring can be read.
  void close() noexcept {
    Waker reader;
    Waker writer;
    {
      const std::lock_guard guard(lock_);
      closed_ = true;
      reader = std::move(reader_);
      writer = std::move(writer_);
    }
    std::move(reader).wake();
    std::move(writer).wake();
  }

 private:
  /// The run of `count` bytes from `at` on, which may go on at the beginning of the ring.
  [[nodiscard]] std::array<std::span<std::byte>, 2> parts(std::size_t at, std::size_t count) const noexcept {
    const std::size_t begin = at % capacity_;
    const std::size_t first = std::min(count, capacity_ - begin);
    return {std::span(ring_.get() + begin, first), std::span(ring_.get(), count - first)};
  }

  static void copy(std::byte* to, std::span<const std::byte> from) noexcept {
    if (!from.empty()) std::memcpy(to, from.data(), from.size());
  }
  void put(std::size_t at, std::span<const std::byte> from) noexcept {
    const auto [first, second] = parts(at, from.size());
    copy(first.data(), from.first(first.size()));
    copy(second.data(), from.subspan(first.size()));
  }

  // Constant after construction; the bytes: see rule 1.
  const std::unique_ptr<std::byte[]> ring_;
  const std::size_t capacity_;
  base::SpinLock lock_;
  // Guarded by lock_.
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  bool closed_ = false;
  Waker reader_;
  Waker writer_;
};

}  // namespace detail

SimplexReader::~SimplexReader() {
  if (pipe_ != nullptr) pipe_->close();
}

Poll<Result<std::size_t>> SimplexReader::poll_read(Context& cx, std::span<std::byte> dst) {
  return pipe_->poll_read(cx, dst);
}

SimplexWriter::~SimplexWriter() {
  if (pipe_ != nullptr) pipe_->close();
}

Poll<Result<std::size_t>> SimplexWriter::poll_write(Context& cx, std::span<const std::byte> src) {
  return pipe_->poll_write(cx, std::span(&src, 1));
}

Poll<Result<std::size_t>> SimplexWriter::poll_write_vectored(Context& cx,
                                                             std::span<const std::span<const std::byte>> sources) {
  return pipe_->poll_write(cx, sources);
}

Poll<Result<void>> SimplexWriter::poll_shutdown(Context&) {
  pipe_->close();
  return Poll<Result<void>>(std::in_place);
}

Simplex simplex(std::size_t capacity) {
  if (capacity == 0) throw std::invalid_argument("a pipe without room would make every write wait for ever");
  auto pipe = std::make_shared<detail::Pipe>(capacity);
  return Simplex(SimplexReader(pipe), SimplexWriter(pipe));
}

Duplex duplex(std::size_t capacity) {
  auto [a_reader, b_writer] = simplex(capacity);
  auto [b_reader, a_writer] = simplex(capacity);
  return Duplex(DuplexStream(std::move(a_reader), std::move(a_writer)),
                DuplexStream(std::move(b_reader), std::move(b_writer)));
}

}  // namespace heddle::inline v0::io
