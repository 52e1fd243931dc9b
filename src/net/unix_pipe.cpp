// SPDX-License-Identifier: MIT
// Opening, reading and writing pipes.
#include <heddle/net/unix_pipe.hpp>

#include "net/adopt.hpp"
#include "net/poll_io.hpp"
#include "net/short_clears.hpp"
#include "sys/pipe.hpp"

namespace heddle::inline v0::net {

namespace detail {

using runtime::detail::IoSource;
using runtime::detail::Readiness;

Count PipeCalls::read(IoSource& source, Readiness seen, std::span<std::byte> dst) noexcept {
  return short_clears(sys::read(source.fd(), dst), source, seen, Direction::kRead, dst);
}
Count PipeCalls::read_vectored(IoSource& source, Readiness, std::span<const std::span<std::byte>> dst) noexcept {
  return sys::read(source.fd(), dst);
}
Count PipeCalls::write(IoSource& source, Readiness seen, std::span<const std::byte> src) noexcept {
  return short_clears(sys::write(source.fd(), src), source, seen, Direction::kWrite, src);
}
Count PipeCalls::write_vectored(IoSource& source, Readiness, std::span<const std::span<const std::byte>> src) noexcept {
  return sys::write(source.fd(), src);
}

namespace {

/// Why `fd` is not the end of a pipe that can be used for `access`.
io::Result<void> check(int fd, sys::Access access) {
  const auto pipe = sys::is_pipe(fd);
  if (!pipe) return io::fail(pipe.error());
  if (!*pipe) return io::fail(io::ErrorKind::kInvalidInput, "not a pipe");
  const auto has = sys::access_of(fd);
  if (!has) return io::fail(has.error());
  if (*has == access || *has == sys::Access::kBoth) return {};
  return io::fail(io::ErrorKind::kInvalidInput, access == sys::Access::kRead ? "this end of a pipe can't be read"
                                                                             : "this end of a pipe can't be written");
}

template <class End>
io::Result<End> checked(io::OwnedFd fd, sys::Access access, const char* what_for) {
  if (auto fine = check(fd.as_raw_fd(), access); !fine) return std::unexpected(std::move(fine).error());
  return make_from<End>(adopt(std::move(fd), what_for, Socket::Source::kNothing));
}

io::Result<io::OwnedFd> make_blocking(io::OwnedFd fd) {
  const auto set = sys::set_nonblocking(fd.as_raw_fd(), false);
  if (!set) return io::fail(set.error());
  return fd;
}

template <class End>
io::Result<End> open(const std::filesystem::path& path, sys::Access access, bool read_write, bool unchecked,
                     const char* what_for) {
  auto opened = sys::open_fifo(path.c_str(), read_write ? sys::Access::kBoth : access);
  if (!opened) return io::fail(opened.error());
  io::OwnedFd fd(opened->release());
  if (!unchecked) return checked<End>(std::move(fd), access, what_for);
  return make_from<End>(adopt(std::move(fd), what_for, Socket::Source::kNothing));
}

}  // namespace
}  // namespace detail

namespace unix_pipe {

// A receiver that tried before it waited would find the end of a FIFO that no writer has opened yet: so nothing is
// assumed.

io::Result<Sender> Sender::from_fd(io::OwnedFd fd) {
  return detail::checked<Sender>(std::move(fd), sys::Access::kWrite, "unix_pipe::Sender::from_fd");
}
io::Result<Sender> Sender::from_fd_unchecked(io::OwnedFd fd) {
  return detail::make_from<Sender>(
      detail::adopt(std::move(fd), "unix_pipe::Sender::from_fd_unchecked", detail::Socket::Source::kNothing));
}
io::Result<io::OwnedFd> Sender::into_blocking_fd() && { return detail::make_blocking(std::move(socket_).release()); }

io::Result<Receiver> Receiver::from_fd(io::OwnedFd fd) {
  return detail::checked<Receiver>(std::move(fd), sys::Access::kRead, "unix_pipe::Receiver::from_fd");
}
io::Result<Receiver> Receiver::from_fd_unchecked(io::OwnedFd fd) {
  return detail::make_from<Receiver>(
      detail::adopt(std::move(fd), "unix_pipe::Receiver::from_fd_unchecked", detail::Socket::Source::kNothing));
}
io::Result<io::OwnedFd> Receiver::into_blocking_fd() && { return detail::make_blocking(std::move(socket_).release()); }

io::Result<Pipe> pipe() {
  auto ends = sys::pipe();
  if (!ends) return io::fail(ends.error());
  auto rx = detail::make_from<Receiver>(detail::adopt(std::move(ends->first), "unix_pipe::pipe"));
  if (!rx) return std::unexpected(std::move(rx).error());
  auto tx = detail::make_from<Sender>(detail::adopt(std::move(ends->second), "unix_pipe::pipe"));
  if (!tx) return std::unexpected(std::move(tx).error());
  return Pipe(std::move(*tx), std::move(*rx));
}

io::Result<Receiver> OpenOptions::open_receiver(const std::filesystem::path& path) const {
  return detail::open<Receiver>(path, sys::Access::kRead, read_write_, unchecked_,
                                "unix_pipe::OpenOptions::open_receiver");
}
io::Result<Sender> OpenOptions::open_sender(const std::filesystem::path& path) const {
  return detail::open<Sender>(path, sys::Access::kWrite, read_write_, unchecked_,
                              "unix_pipe::OpenOptions::open_sender");
}

}  // namespace unix_pipe
}  // namespace heddle::inline v0::net
