// SPDX-License-Identifier: MIT
// Directories: made, read in batches, and removed with all that is in them.
#pragma once

#include "sys/file.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace heddle::inline v0::sys {

[[nodiscard]] Outcome<void> create_directory(const std::string& path, Mode mode) noexcept;
[[nodiscard]] Outcome<void> remove_directory(const std::string& path) noexcept;

/// Removes a directory and everything below it, following no link. Where `path` is a link itself, that is removed.
///
/// Everything is reached from descriptors of directories that were opened as such: when somebody puts a link in the
/// place of a directory meanwhile, the link is removed and not what it leads to. Takes a descriptor for each level.
[[nodiscard]] Outcome<void> remove_tree(const std::string& path) noexcept;

struct NamedFile {
  std::string name;
  std::uint64_t inode;
  FileKind kind;
};

/// An open directory.
class Directory {
 public:
  [[nodiscard]] static Outcome<Directory> open(const std::string& path) noexcept;

  Directory(Directory&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
  Directory& operator=(Directory&&) = delete;
  ~Directory();

  /// Appends up to `most` of the files that are left, but "." and "..", to `into`; fewer only at the end.
  [[nodiscard]] Outcome<void> read(std::vector<NamedFile>& into, std::size_t most);

 private:
  explicit Directory(void* stream) noexcept : stream_(stream) {}

  // A DIR.
  void* stream_;
};

}  // namespace heddle::inline v0::sys
