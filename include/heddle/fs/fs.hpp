// SPDX-License-Identifier: MIT
// Operations on paths. Each is one call on a thread for blocking calls, whatever it takes there.
//
// A path is bytes without a NUL, relative to the process's directory unless it begins with '/'; a std::filesystem::path
// is passed as `path.native()`. The following holds for all of them:
//
// Errors      What the system says: kNotFound, kPermissionDenied, kNotADirectory, kStorageFull and so on; kInvalidInput
//             for a path with a NUL; kOther when the runtime shuts down before the call was made. Awaiting throws
//             runtime::NoRuntime outside a runtime.
// Cancelling  The call isn't interrupted: it goes on by itself, and its answer is dropped.
// Threads     Any within a runtime. The path is copied: it need not outlive the call.
// Cost        One task::spawn_blocking.
#pragma once

#include <heddle/fs/metadata.hpp>
#include <heddle/future/async.hpp>
#include <heddle/io/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::inline v0::fs {

/// All bytes of a file. Errors: kIsADirectory for a directory. Corresponds to Tokio's `fs::read`.
[[nodiscard]] Async<io::Result<std::vector<std::byte>>> read(std::string_view path);

/// All of a file, as text. Errors: kInvalidData if it isn't UTF-8. Corresponds to Tokio's `fs::read_to_string`.
[[nodiscard]] Async<io::Result<std::string>> read_to_string(std::string_view path);

/// Makes a file, or empties it, and writes all of `contents`, which is copied. When it fails, a part may be written.
/// Corresponds to Tokio's `fs::write`.
[[nodiscard]] Async<io::Result<void>> write(std::string_view path, std::span<const std::byte> contents);
[[nodiscard]] Async<io::Result<void>> write(std::string_view path, std::string_view contents);

/// What the system knows of a file; of what it leads to, if it is a link. Corresponds to Tokio's `fs::metadata`.
[[nodiscard]] Async<io::Result<Metadata>> metadata(std::string_view path);

/// Of a link itself. Corresponds to Tokio's `fs::symlink_metadata`.
[[nodiscard]] Async<io::Result<Metadata>> symlink_metadata(std::string_view path);

/// Whether there is something, where links lead. An error says that it can't be told. Corresponds to Tokio's
/// `fs::try_exists`.
[[nodiscard]] Async<io::Result<bool>> try_exists(std::string_view path);

/// Gives a file another name, in place of what had it, at one stroke. Errors: kCrossesDevices between file systems.
/// Corresponds to Tokio's `fs::rename`.
[[nodiscard]] Async<io::Result<void>> rename(std::string_view from, std::string_view to);

/// Copies the contents and permissions of a regular file, in place of what `to` held.
///
/// Returns     The number of bytes.
/// Errors      kInvalidInput if `from` is no regular file, or is `to` itself, which then stays as it is.
/// Cost        The system copies, where it can, without passing the bytes through this process.
/// Corresponds to Tokio's `fs::copy`.
[[nodiscard]] Async<io::Result<std::uint64_t>> copy(std::string_view from, std::string_view to);

/// Makes a directory. Errors: kAlreadyExists; kNotFound without its parent. Corresponds to Tokio's `fs::create_dir`.
[[nodiscard]] Async<io::Result<void>> create_dir(std::string_view path);

/// Makes a directory, and those above that are missing; no error if it is there. Corresponds to Tokio's
/// `fs::create_dir_all`.
[[nodiscard]] Async<io::Result<void>> create_dir_all(std::string_view path);

/// Removes a file, or a link, not what it leads to. Errors: kIsADirectory. Corresponds to Tokio's `fs::remove_file`.
[[nodiscard]] Async<io::Result<void>> remove_file(std::string_view path);

/// Removes a directory. Errors: kDirectoryNotEmpty. Corresponds to Tokio's `fs::remove_dir`.
[[nodiscard]] Async<io::Result<void>> remove_dir(std::string_view path);

/// Removes a directory and all that is in it. Links are removed and never followed, also those that somebody puts in a
/// directory's place meanwhile; a `path` that is a link is removed alone. What others remove at the same time is no error.
///
/// Errors      kNotADirectory for a file. When it fails, a part may be removed.
/// Cost        A descriptor for each level.
/// Corresponds to Tokio's `fs::remove_dir_all`.
[[nodiscard]] Async<io::Result<void>> remove_dir_all(std::string_view path);

/// Gives a file one more name. Corresponds to Tokio's `fs::hard_link`.
[[nodiscard]] Async<io::Result<void>> hard_link(std::string_view original, std::string_view link);

/// Makes `link` lead to `original`, which need not be there. Corresponds to Tokio's `fs::symlink`.
[[nodiscard]] Async<io::Result<void>> symlink(std::string_view original, std::string_view link);

/// Where a link leads, as it says. Errors: kInvalidInput if it is none. Corresponds to Tokio's `fs::read_link`.
[[nodiscard]] Async<io::Result<std::string>> read_link(std::string_view path);

/// The absolute path without links, "." and "..". All of it must be there. Corresponds to Tokio's `fs::canonicalize`.
[[nodiscard]] Async<io::Result<std::string>> canonicalize(std::string_view path);

/// Of what a link leads to, if it is one. Corresponds to Tokio's `fs::set_permissions`.
[[nodiscard]] Async<io::Result<void>> set_permissions(std::string_view path, Permissions permissions);

/// Makes directories, with options.
///
/// Corresponds to Tokio's `fs::DirBuilder`.
class DirBuilder {
 public:
  DirBuilder() noexcept {}

  /// Those above that are missing too, and no error if it is there. Off unless it is said.
  DirBuilder& recursive(bool on) noexcept {
    recursive_ = on;
    return *this;
  }
  /// Permissions, less those of the process's umask; 0777 unless it is said.
  DirBuilder& mode(std::uint32_t mode) noexcept {
    mode_ = mode;
    return *this;
  }
  [[nodiscard]] Async<io::Result<void>> create(std::string_view path) const;

 private:
  std::uint32_t mode_ = 0777;
  bool recursive_ = false;

  HEDDLE_FIELDS(mode_, recursive_);
};

}  // namespace heddle::inline v0::fs
