// SPDX-License-Identifier: MIT
// Sockets: the system calls, with every descriptor close-on-exec and non-blocking, and no SIGPIPE.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace heddle::inline v0::sys {

/// A value, or an errno.
template <class T>
using Outcome = std::expected<T, int>;

/// What an errno asks of a non-blocking call: wait, or try again.
[[nodiscard]] bool would_block(int error) noexcept;
[[nodiscard]] bool was_interrupted(int error) noexcept;
/// accept failed for a connection that is gone by now; the next one may be fine.
[[nodiscard]] bool ended_in_queue(int error) noexcept;

/// Owns a descriptor.
class Fd {
 public:
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// Closes a descriptor that no Fd owns.
void close(int fd) noexcept;
/// A second descriptor for the same.
[[nodiscard]] Outcome<Fd> duplicate(int fd) noexcept;
/// What every descriptor of heddle's own is.
[[nodiscard]] Outcome<void> set_nonblocking(int fd, bool on) noexcept;

/// An internet address, free of the system's types.
struct InetAddr {
  std::array<std::uint8_t, 16> ip{};
  std::uint32_t scope_id = 0;
  std::uint16_t port = 0;
  bool v6 = false;
};

/// Text to 4 or 16 bytes and back (inet_pton, inet_ntop).
[[nodiscard]] bool parse_ip(std::string_view text, std::array<std::uint8_t, 16>& bytes, bool& v6) noexcept;
[[nodiscard]] std::string ip_to_string(const std::array<std::uint8_t, 16>& bytes, bool v6);

/// An address of any family as the system keeps it: a sockaddr of `size` bytes.
struct RawAddr {
  static constexpr std::uint32_t kRoom = 128;
  alignas(8) std::array<std::byte, kRoom> bytes{};
  std::uint32_t size = kRoom;
};

[[nodiscard]] RawAddr to_raw(const InetAddr& addr) noexcept;
[[nodiscard]] InetAddr inet_of(const RawAddr& addr) noexcept;
/// The name of a Unix socket: a path, or, after a NUL, an abstract name, or nothing. Empty if `name` is too long, or a
/// path with a NUL in it.
[[nodiscard]] std::optional<RawAddr> unix_to_raw(std::string_view name) noexcept;
[[nodiscard]] std::string unix_name_of(const RawAddr& addr);

enum class Family : std::uint8_t { kV4, kV6, kUnix };
enum class Kind : std::uint8_t { kStream, kDatagram };
[[nodiscard]] Outcome<Fd> socket(Family family, Kind kind) noexcept;
[[nodiscard]] Outcome<std::pair<Fd, Fd>> unix_pair(Kind kind) noexcept;

[[nodiscard]] Outcome<void> bind(int fd, const RawAddr& addr) noexcept;
[[nodiscard]] Outcome<void> listen(int fd, int backlog) noexcept;
[[nodiscard]] Outcome<std::pair<int, RawAddr>> accept(int fd) noexcept;
enum class Connect : std::uint8_t { kDone, kUnderWay };
/// kUnderWay: wait for writability, then ask take_error.
[[nodiscard]] Outcome<Connect> connect(int fd, const RawAddr& addr) noexcept;
/// The pending error of a socket: 0 if there is none.
[[nodiscard]] int take_error(int fd) noexcept;
[[nodiscard]] Outcome<RawAddr> local_addr(int fd) noexcept;
[[nodiscard]] Outcome<RawAddr> peer_addr(int fd) noexcept;

enum class Peek : bool { kNo, kYes };
[[nodiscard]] Outcome<std::size_t> receive(int fd, std::span<std::byte> into, Peek peek = Peek::kNo) noexcept;
[[nodiscard]] Outcome<std::size_t> send(int fd, std::span<const std::byte> from) noexcept;
/// Into and from several places, of which the first 64 count.
[[nodiscard]] Outcome<std::size_t> receive(int fd, std::span<const std::span<std::byte>> into) noexcept;
[[nodiscard]] Outcome<std::size_t> send(int fd, std::span<const std::span<const std::byte>> from) noexcept;
[[nodiscard]] Outcome<std::pair<std::size_t, RawAddr>> receive_from(int fd, std::span<std::byte> into,
                                                                    Peek peek) noexcept;
[[nodiscard]] Outcome<std::size_t> send_to(int fd, std::span<const std::byte> from, const RawAddr& to) noexcept;

enum class Half : std::uint8_t { kRead, kWrite, kBoth };
[[nodiscard]] Outcome<void> shut_down(int fd, Half half) noexcept;

}  // namespace heddle::inline v0::sys
