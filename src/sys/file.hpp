// SPDX-License-Identifier: MIT
// Files: the system calls on descriptors and paths. They block; each is tried again when a signal interrupts it, and
// refuses a path with a NUL in it by EINVAL.
#pragma once

#include "sys/socket.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace heddle::inline v0::sys {

/// Which no path that the system is given may have.
[[nodiscard]] bool has_nul(const std::string& path) noexcept;

using Mode = std::uint32_t;

struct OpenHow {
  bool write = false;  // else it is read
  bool truncate = false;
  bool create = false;
  Mode mode = 0666;
};

/// What the system knows of a file. Times in nanoseconds since 1970.
struct FileStatus {
  std::uint64_t device = 0, inode = 0, links = 0, size = 0, blocks = 0, block_size = 0, special_device = 0;
  std::int64_t accessed = 0, modified = 0, changed = 0, created = 0;
  Mode mode = 0;
  std::uint32_t user = 0, group = 0;
  bool knows_created = false;
};

/// The kinds of files, as in FileStatus::mode and as a directory gives them.
enum class FileKind : std::uint8_t { kUnknown, kRegular, kDirectory, kSymlink, kBlock, kChar, kFifo, kSocket };
[[nodiscard]] FileKind kind_of(Mode mode) noexcept;

[[nodiscard]] Outcome<Fd> open_file(const std::string& path, const OpenHow& how) noexcept;

[[nodiscard]] Outcome<std::size_t> read_some(int fd, std::span<std::byte> into) noexcept;
[[nodiscard]] Outcome<void> write_fully(int fd, std::span<const std::byte> from) noexcept;

[[nodiscard]] Outcome<void> set_length(int fd, std::uint64_t length) noexcept;
[[nodiscard]] Outcome<void> set_mode(int fd, Mode mode) noexcept;
[[nodiscard]] Outcome<FileStatus> status(int fd) noexcept;

enum class Links : bool { kFollow, kDont };
[[nodiscard]] Outcome<FileStatus> status(const std::string& path, Links links) noexcept;
[[nodiscard]] Outcome<void> set_mode(const std::string& path, Mode mode) noexcept;
[[nodiscard]] Outcome<void> rename(const std::string& from, const std::string& to) noexcept;
[[nodiscard]] Outcome<void> remove_file(const std::string& path) noexcept;
[[nodiscard]] Outcome<void> hard_link(const std::string& original, const std::string& link) noexcept;
[[nodiscard]] Outcome<void> symlink(const std::string& original, const std::string& link) noexcept;
[[nodiscard]] Outcome<std::string> read_link(const std::string& path);
[[nodiscard]] Outcome<std::string> canonical_path(const std::string& path);
/// Contents and permissions of a regular file; the number of bytes. EINVAL if `from` is none, or is `to` itself.
[[nodiscard]] Outcome<std::uint64_t> copy_file(const std::string& from, const std::string& to);

}  // namespace heddle::inline v0::sys
