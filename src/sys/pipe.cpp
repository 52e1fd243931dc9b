// SPDX-License-Identifier: MIT
// The system calls behind pipes.
#include "sys/pipe.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

Outcome<std::size_t> transferred(ssize_t answer) noexcept {
  if (answer < 0) return std::unexpected(errno);
  return static_cast<std::size_t>(answer);
}

// As many places as a caller is likely to have, and little stack.
constexpr std::size_t kMostPlaces = 64;

template <class Byte>
std::size_t gather(std::span<const std::span<Byte>> places, std::array<iovec, kMostPlaces>& gathered) noexcept {
  const std::size_t count = std::min(places.size(), kMostPlaces);
  for (std::size_t i = 0; i < count; ++i) {
    // SAFETY: an iovec says nothing of const; writev only reads what it names.
    gathered[i] = {const_cast<std::byte*>(places[i].data()), places[i].size()};
  }
  return count;
}

/// Holds SIGPIPE back on this thread, and swallows the one that a write raised. Pipes have no MSG_NOSIGNAL.
class NoSigpipe {
 public:
  NoSigpipe() noexcept {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;
  ~NoSigpipe() {
    if (!was_held_back()) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  /// A thread that holds SIGPIPE back itself keeps it: it asked for that.
  void swallow() noexcept {
    if (was_held_back()) return;
    const timespec now{};
    const int error = errno;
    ::sigtimedwait(&pipe_, nullptr, &now);
    errno = error;
  }

 private:
  [[nodiscard]] bool was_held_back() const noexcept { return ::sigismember(&before_, SIGPIPE) == 1; }

  sigset_t pipe_{};
  sigset_t before_{};
};

template <class Call>
Outcome<std::size_t> without_sigpipe(Call call) noexcept {
  NoSigpipe guard;
  const auto answer = transferred(call());
  if (!answer && answer.error() == EPIPE) guard.swallow();
  return answer;
}

}  // namespace

Outcome<std::pair<Fd, Fd>> pipe() noexcept {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return std::unexpected(errno);
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

Outcome<Fd> open_fifo(const char* path, Access access) noexcept {
  const int how = access == Access::kBoth ? O_RDWR : access == Access::kRead ? O_RDONLY : O_WRONLY;
  const int fd = ::open(path, how | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return std::unexpected(errno);
  return Fd(fd);
}

Outcome<bool> is_pipe(int fd) noexcept {
  struct stat found {};
  if (::fstat(fd, &found) != 0) return std::unexpected(errno);
  return S_ISFIFO(found.st_mode);
}

Outcome<Access> access_of(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return std::unexpected(errno);
  const int mode = flags & O_ACCMODE;
  return mode == O_RDWR ? Access::kBoth : mode == O_RDONLY ? Access::kRead : Access::kWrite;
}

Outcome<std::size_t> read(int fd, std::span<std::byte> into) noexcept {
  return transferred(::read(fd, into.data(), into.size()));
}

Outcome<std::size_t> read(int fd, std::span<const std::span<std::byte>> into) noexcept {
  std::array<iovec, kMostPlaces> places;
  const std::size_t count = gather(into, places);
  return transferred(::readv(fd, places.data(), static_cast<int>(count)));
}

Outcome<std::size_t> write(int fd, std::span<const std::byte> from) noexcept {
  return without_sigpipe([&] { return ::write(fd, from.data(), from.size()); });
}

Outcome<std::size_t> write(int fd, std::span<const std::span<const std::byte>> from) noexcept {
  std::array<iovec, kMostPlaces> places;
  const std::size_t count = gather(from, places);
  return without_sigpipe([&] { return ::writev(fd, places.data(), static_cast<int>(count)); });
}

}  // namespace heddle::inline v0::sys
