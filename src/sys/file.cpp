// SPDX-License-Identifier: MIT
// The system calls behind files.
#include "sys/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

std::unexpected<int> failed() noexcept { return std::unexpected(errno); }

/// The call's answer if it isn't negative; again while a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) noexcept -> Outcome<decltype(call())> {
  for (;;) {
    if (const auto answer = call(); answer >= 0) return answer;
    if (errno != EINTR) return failed();
  }
}

template <class Call>
Outcome<void> done(Call call) noexcept {
  if (const auto answer = uninterrupted(call); !answer) return std::unexpected(answer.error());
  return {};
}

template <class Call>
Outcome<void> on_path(const std::string& path, Call call) noexcept {
  if (has_nul(path)) return std::unexpected(EINVAL);
  return done([&] { return call(path.c_str()); });
}

template <class Call>
Outcome<void> on_paths(const std::string& one, const std::string& other, Call call) noexcept {
  if (has_nul(one) || has_nul(other)) return std::unexpected(EINVAL);
  return done([&] { return call(one.c_str(), other.c_str()); });
}

// The system takes no more at once than this, whatever it is given.
constexpr std::size_t kMostAtOnce = 0x7ffff000;

std::int64_t nanoseconds(const statx_timestamp& time) noexcept { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

FileStatus translate(const struct statx& raw) noexcept {
  FileStatus status;
  status.device = makedev(raw.stx_dev_major, raw.stx_dev_minor);
  status.special_device = makedev(raw.stx_rdev_major, raw.stx_rdev_minor);
  status.inode = raw.stx_ino;
  status.links = raw.stx_nlink;
  status.size = raw.stx_size;
  status.blocks = raw.stx_blocks;
  status.block_size = raw.stx_blksize;
  status.accessed = nanoseconds(raw.stx_atime);
  status.modified = nanoseconds(raw.stx_mtime);
  status.changed = nanoseconds(raw.stx_ctime);
  status.created = nanoseconds(raw.stx_btime);
  status.knows_created = (raw.stx_mask & STATX_BTIME) != 0;
  status.mode = raw.stx_mode;
  status.user = raw.stx_uid;
  status.group = raw.stx_gid;
  return status;
}

Outcome<FileStatus> status_at(int directory, const char* path, int flags) noexcept {
  struct statx raw{};
  const auto answer = done([&] { return ::statx(directory, path, flags, STATX_BASIC_STATS | STATX_BTIME, &raw); });
  if (!answer) return std::unexpected(answer.error());
  return translate(raw);
}

int flags_of(const OpenHow& how) noexcept {
  int flags = O_CLOEXEC | (how.write ? O_WRONLY : O_RDONLY);
  if (how.create) flags |= O_CREAT;
  if (how.truncate) flags |= O_TRUNC;
  return flags;
}

Outcome<std::size_t> write_some(int fd, std::span<const std::byte> from) noexcept {
  const auto count = uninterrupted([&] { return ::write(fd, from.data(), std::min(from.size(), kMostAtOnce)); });
  if (!count) return std::unexpected(count.error());
  return static_cast<std::size_t>(*count);
}

}  // namespace

bool has_nul(const std::string& path) noexcept { return path.find('\0') != std::string::npos; }

FileKind kind_of(Mode mode) noexcept {
  switch (mode & S_IFMT) {
    case S_IFREG: return FileKind::kRegular;
    case S_IFDIR: return FileKind::kDirectory;
    case S_IFLNK: return FileKind::kSymlink;
    case S_IFBLK: return FileKind::kBlock;
    case S_IFCHR: return FileKind::kChar;
    case S_IFIFO: return FileKind::kFifo;
    case S_IFSOCK: return FileKind::kSocket;
    default: return FileKind::kUnknown;
  }
}

Outcome<Fd> open_file(const std::string& path, const OpenHow& how) noexcept {
  if (has_nul(path)) return std::unexpected(EINVAL);
  const auto fd = uninterrupted([&] { return ::open(path.c_str(), flags_of(how), static_cast<mode_t>(how.mode)); });
  if (!fd) return std::unexpected(fd.error());
  return Fd(*fd);
}

Outcome<std::size_t> read_some(int fd, std::span<std::byte> into) noexcept {
  const auto count = uninterrupted([&] { return ::read(fd, into.data(), std::min(into.size(), kMostAtOnce)); });
  if (!count) return std::unexpected(count.error());
  return static_cast<std::size_t>(*count);
}

Outcome<void> write_fully(int fd, std::span<const std::byte> from) noexcept {
  while (!from.empty()) {
    const auto count = write_some(fd, from);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return std::unexpected(EIO);  // a device that takes nothing: never from a file
    from = from.subspan(*count);
  }
  return {};
}

Outcome<void> set_length(int fd, std::uint64_t length) noexcept {
  if (length > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) return std::unexpected(EINVAL);
  return done([&] { return ::ftruncate(fd, static_cast<off_t>(length)); });
}
Outcome<void> set_mode(int fd, Mode mode) noexcept {
  return done([&] { return ::fchmod(fd, mode); });
}
Outcome<FileStatus> status(int fd) noexcept { return status_at(fd, "", AT_EMPTY_PATH); }

Outcome<FileStatus> status(const std::string& path, Links links) noexcept {
  if (has_nul(path)) return std::unexpected(EINVAL);
  return status_at(AT_FDCWD, path.c_str(), links == Links::kFollow ? 0 : AT_SYMLINK_NOFOLLOW);
}
Outcome<void> set_mode(const std::string& path, Mode mode) noexcept {
  return on_path(path, [mode](const char* name) { return ::chmod(name, mode); });
}
Outcome<void> rename(const std::string& from, const std::string& to) noexcept { return on_paths(from, to, ::rename); }
Outcome<void> remove_file(const std::string& path) noexcept { return on_path(path, ::unlink); }
Outcome<void> hard_link(const std::string& original, const std::string& link) noexcept {
  return on_paths(original, link,
                  [](const char* one, const char* other) { return ::linkat(AT_FDCWD, one, AT_FDCWD, other, 0); });
}
Outcome<void> symlink(const std::string& original, const std::string& link) noexcept {
  return on_paths(original, link, ::symlink);
}

Outcome<std::string> read_link(const std::string& path) {
  if (has_nul(path)) return std::unexpected(EINVAL);
  for (std::string text(256, '\0');; text.resize(2 * text.size())) {
    const auto size = uninterrupted([&] { return ::readlink(path.c_str(), text.data(), text.size()); });
    if (!size) return std::unexpected(size.error());
    if (static_cast<std::size_t>(*size) < text.size()) {  // else it may have been cut off
      text.resize(static_cast<std::size_t>(*size));
      return text;
    }
  }
}

Outcome<std::string> canonical_path(const std::string& path) {
  if (has_nul(path)) return std::unexpected(EINVAL);
  struct Free {
    void operator()(char* text) const noexcept { std::free(text); }
  };
  const std::unique_ptr<char, Free> text(::realpath(path.c_str(), nullptr));
  if (text == nullptr) return failed();
  return std::string(text.get());
}

namespace {

/// By the system, as far as it can: from where the positions of both are, which it moves on. False: not to the end.
bool copy_in_kernel(int from, int to, std::uint64_t& total) noexcept {
  for (;;) {
    const auto count = uninterrupted([&] { return ::copy_file_range(from, nullptr, to, nullptr, kMostAtOnce, 0); });
    if (!count) return false;
    // Files that are made up as they are read, as in /proc, seem to be empty here.
    if (*count == 0) return total != 0;
    total += static_cast<std::uint64_t>(*count);
  }
}

Outcome<void> copy_by_buffer(int from, int to, std::uint64_t& total) {
  std::vector<std::byte> buffer(std::size_t{64} << 10);
  for (;;) {
    const auto count = read_some(from, buffer);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return {};
    if (const auto written = write_fully(to, std::span(buffer).first(*count)); !written) return written;
    total += *count;
  }
}

}  // namespace

Outcome<std::uint64_t> copy_file(const std::string& from, const std::string& to) {
  const auto source = open_file(from, OpenHow{});
  if (!source) return std::unexpected(source.error());
  const auto its = status(source->get());
  if (!its) return std::unexpected(its.error());
  if (kind_of(its->mode) != FileKind::kRegular) return std::unexpected(EINVAL);
  const Mode permissions = its->mode & 07777;
  const auto target = open_file(to, OpenHow{.write = true, .create = true, .mode = permissions});
  if (!target) return std::unexpected(target.error());
  const auto others = status(target->get());
  if (!others) return std::unexpected(others.error());
  // Not before it is known to be another file is the target emptied.
  if (others->device == its->device && others->inode == its->inode) return std::unexpected(EINVAL);
  if (kind_of(others->mode) == FileKind::kRegular) {
    if (const auto emptied = set_length(target->get(), 0); !emptied) return std::unexpected(emptied.error());
    if (const auto set = set_mode(target->get(), permissions); !set) return std::unexpected(set.error());
  }
  std::uint64_t total = 0;
  if (copy_in_kernel(source->get(), target->get(), total)) return total;
  if (const auto rest = copy_by_buffer(source->get(), target->get(), total); !rest) return std::unexpected(rest.error());
  return total;
}

}  // namespace heddle::inline v0::sys
