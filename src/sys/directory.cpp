// SPDX-License-Identifier: MIT
// The system calls behind directories.
#include "sys/directory.hpp"

#include <cerrno>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

std::unexpected<int> failed() noexcept { return std::unexpected(errno); }

bool is_itself_or_parent(const dirent& entry) noexcept {
  const std::string_view name(entry.d_name);
  return name == "." || name == "..";
}

FileKind kind_of(const dirent& entry) noexcept {
  switch (entry.d_type) {
    case DT_REG: return FileKind::kRegular;
    case DT_DIR: return FileKind::kDirectory;
    case DT_LNK: return FileKind::kSymlink;
    case DT_BLK: return FileKind::kBlock;
    case DT_CHR: return FileKind::kChar;
    case DT_FIFO: return FileKind::kFifo;
    case DT_SOCK: return FileKind::kSocket;
    default: return FileKind::kUnknown;
  }
}

/// The next entry, or nothing at the end, or an errno.
Outcome<dirent*> next(DIR* stream) noexcept {
  do {
    errno = 0;
    dirent* entry = ::readdir(stream);
    if (entry == nullptr && errno != 0) return failed();
    if (entry == nullptr || !is_itself_or_parent(*entry)) return entry;
  } while (true);
}

DIR* open_at(int parent, const char* name) noexcept {
  const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return nullptr;
  DIR* stream = ::fdopendir(fd);
  if (stream == nullptr) close(fd);
  return stream;
}

// ENOENT is success: somebody else removes too.
Outcome<void> unlink_at(int parent, const char* name, int flags) noexcept {
  if (::unlinkat(parent, name, flags) != 0 && errno != ENOENT) return failed();
  return {};
}

Outcome<void> remove_at(int parent, const char* name) noexcept;

/// Removes what is in a directory; the number of entries that were seen.
Outcome<std::size_t> empty(DIR* stream) noexcept {
  const int fd = ::dirfd(stream);
  for (std::size_t count = 0;; ++count) {
    const auto entry = next(stream);
    if (!entry) return std::unexpected(entry.error());
    if (*entry == nullptr) return count;
    const bool is_file = kind_of(**entry) != FileKind::kDirectory && kind_of(**entry) != FileKind::kUnknown;
    auto removed = is_file ? unlink_at(fd, (*entry)->d_name, 0) : remove_at(fd, (*entry)->d_name);
    if (!removed && is_file && removed.error() == EISDIR) removed = remove_at(fd, (*entry)->d_name);
    if (!removed) return std::unexpected(removed.error());
  }
}

Outcome<void> remove_opened(DIR* stream, int parent, const char* name) noexcept {
  for (;;) {
    const auto count = empty(stream);
    if (!count) return std::unexpected(count.error());
    const auto removed = unlink_at(parent, name, AT_REMOVEDIR);
    // Some file systems skip entries when others are removed: once more, while that leads on.
    const bool more = !removed && removed.error() == ENOTEMPTY && *count != 0;
    if (!more) return removed;
    ::rewinddir(stream);
  }
}

Outcome<void> remove_at(int parent, const char* name) noexcept {
  DIR* stream = open_at(parent, name);
  if (stream == nullptr) {
    if (errno == ENOENT) return {};
    if (errno == ENOTDIR || errno == ELOOP) return unlink_at(parent, name, 0);  // a file, a link: not followed
    return failed();
  }
  const auto removed = remove_opened(stream, parent, name);
  ::closedir(stream);
  return removed;
}

DIR* to_stream(void* stream) noexcept { return static_cast<DIR*>(stream); }

}  // namespace

Outcome<void> create_directory(const std::string& path, Mode mode) noexcept {
  if (has_nul(path)) return std::unexpected(EINVAL);
  if (::mkdir(path.c_str(), mode) != 0) return failed();
  return {};
}

Outcome<void> remove_directory(const std::string& path) noexcept {
  if (has_nul(path)) return std::unexpected(EINVAL);
  if (::rmdir(path.c_str()) != 0) return failed();
  return {};
}

Outcome<void> remove_tree(const std::string& path) noexcept {
  const auto its = status(path, Links::kDont);
  if (!its) return std::unexpected(its.error());
  if (sys::kind_of(its->mode) == FileKind::kSymlink) return remove_file(path);
  DIR* stream = open_at(AT_FDCWD, path.c_str());
  if (stream == nullptr) return failed();
  const auto removed = remove_opened(stream, AT_FDCWD, path.c_str());
  ::closedir(stream);
  return removed;
}

Outcome<Directory> Directory::open(const std::string& path) noexcept {
  if (has_nul(path)) return std::unexpected(EINVAL);
  DIR* stream = ::opendir(path.c_str());
  if (stream == nullptr) return failed();
  return Directory(stream);
}

Directory::~Directory() {
  if (stream_ != nullptr) ::closedir(to_stream(stream_));
}

Outcome<void> Directory::read(std::vector<NamedFile>& into, std::size_t most) {
  for (std::size_t i = 0; i < most; ++i) {
    const auto entry = next(to_stream(stream_));
    if (!entry) return std::unexpected(entry.error());
    if (*entry == nullptr) return {};
    into.push_back(NamedFile{(*entry)->d_name, (*entry)->d_ino, kind_of(**entry)});
  }
  return {};
}

}  // namespace heddle::inline v0::sys
