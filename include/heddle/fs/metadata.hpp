// SPDX-License-Identifier: MIT
// What the system knows of a file: Metadata, FileType, Permissions.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/marker/fields.hpp>

#include <chrono>
#include <cstdint>

namespace heddle::inline v0 {

namespace sys {
struct FileStatus;
enum class FileKind : std::uint8_t;
}  // namespace sys

namespace fs {

/// What a file is. Of the first three exactly one is true, or none.
///
/// Corresponds to Rust's `std::fs::FileType`.
class FileType {
 public:
  explicit FileType(sys::FileKind kind) noexcept : kind_(kind) {}

  [[nodiscard]] bool is_dir() const noexcept;
  [[nodiscard]] bool is_file() const noexcept;
  [[nodiscard]] bool is_symlink() const noexcept;
  [[nodiscard]] bool is_fifo() const noexcept;
  [[nodiscard]] bool is_socket() const noexcept;
  [[nodiscard]] bool is_block_device() const noexcept;
  [[nodiscard]] bool is_char_device() const noexcept;

  friend bool operator==(FileType, FileType) = default;

 private:
  sys::FileKind kind_;

  HEDDLE_FIELDS(kind_);
};

/// Who may do what with a file.
///
/// Corresponds to Rust's `std::fs::Permissions`.
class Permissions {
 public:
  /// The bits of chmod(2), such as 0644.
  [[nodiscard]] static constexpr Permissions from_mode(std::uint32_t mode) noexcept { return Permissions(mode); }
  [[nodiscard]] constexpr std::uint32_t mode() const noexcept { return mode_; }
  constexpr void set_mode(std::uint32_t mode) noexcept { mode_ = mode; }

  /// Nobody may write.
  [[nodiscard]] constexpr bool readonly() const noexcept { return (mode_ & kWriters) == 0; }
  /// Takes the right to write from all, or gives it to all.
  constexpr void set_readonly(bool readonly) noexcept { mode_ = readonly ? mode_ & ~kWriters : mode_ | kWriters; }

  friend constexpr bool operator==(Permissions, Permissions) = default;

 private:
  static constexpr std::uint32_t kWriters = 0222;
  explicit constexpr Permissions(std::uint32_t mode) noexcept : mode_(mode) {}

  std::uint32_t mode_;

  HEDDLE_FIELDS(mode_);
};

/// What the system knew of a file when it was asked.
///
/// Corresponds to Rust's `std::fs::Metadata` and its `MetadataExt`.
class Metadata {
 public:
  using Time = std::chrono::system_clock::time_point;

  explicit Metadata(const sys::FileStatus& status) noexcept;

  [[nodiscard]] FileType file_type() const noexcept { return type_; }
  [[nodiscard]] bool is_dir() const noexcept { return type_.is_dir(); }
  [[nodiscard]] bool is_file() const noexcept { return type_.is_file(); }
  [[nodiscard]] bool is_symlink() const noexcept { return type_.is_symlink(); }

  /// In bytes.
  [[nodiscard]] std::uint64_t len() const noexcept { return len_; }
  [[nodiscard]] Permissions permissions() const noexcept { return Permissions::from_mode(mode_); }

  [[nodiscard]] Time modified() const noexcept { return modified_; }
  [[nodiscard]] Time accessed() const noexcept { return accessed_; }
  /// Errors      kUnsupported where the file system doesn't keep it.
  [[nodiscard]] io::Result<Time> created() const;

  /// What the system calls st_mode: permissions and type.
  [[nodiscard]] std::uint32_t mode() const noexcept { return mode_; }
  /// Files with the same two are the same.
  [[nodiscard]] std::uint64_t dev() const noexcept { return device_; }
  [[nodiscard]] std::uint64_t ino() const noexcept { return inode_; }
  /// How many names it has.
  [[nodiscard]] std::uint64_t nlink() const noexcept { return links_; }
  [[nodiscard]] std::uint32_t uid() const noexcept { return user_; }
  [[nodiscard]] std::uint32_t gid() const noexcept { return group_; }

 private:
  std::uint64_t len_;
  std::uint64_t device_;
  std::uint64_t inode_;
  std::uint64_t links_;
  Time modified_;
  Time accessed_;
  Time created_;
  std::uint32_t mode_;
  std::uint32_t user_;
  std::uint32_t group_;
  FileType type_;
  bool knows_created_;

  // Numbers and times.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace fs
}  // namespace heddle::inline v0
