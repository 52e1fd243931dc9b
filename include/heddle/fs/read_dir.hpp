// SPDX-License-Identifier: MIT
// read_dir: the files of a directory, in batches.
#pragma once

#include <heddle/fs/metadata.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/context.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/future/poll.hpp>
#include <heddle/io/error.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/sync/arc.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace heddle::inline v0::fs {

/// A file in a directory, as the directory says.
///
/// Corresponds to Tokio's `fs::DirEntry`.
class DirEntry {
 public:
  DirEntry(sync::Arc<std::string> directory, std::string name, std::uint64_t inode, FileType type) noexcept
      : directory_(std::move(directory)), name_(std::move(name)), inode_(inode), type_(type) {}

  /// The path that read_dir was given, and the name.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] const std::string& file_name() const noexcept { return name_; }
  [[nodiscard]] std::uint64_t ino() const noexcept { return inode_; }

  /// As symlink_metadata of its path.
  [[nodiscard]] Async<io::Result<Metadata>> metadata() const;
  /// Mostly known from the directory, and given without a call. Of a link itself.
  [[nodiscard]] Async<io::Result<FileType>> file_type() const;

 private:
  sync::Arc<std::string> directory_;
  std::string name_;
  std::uint64_t inode_;
  FileType type_;

  HEDDLE_FIELDS(directory_, name_, inode_, type_);
};

class ReadDir;

/// The future of ReadDir::next_entry.
class [[nodiscard]] NextEntry {
 public:
  using Output = io::Result<std::optional<DirEntry>>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit NextEntry(ReadDir& entries) noexcept : entries_(entries) {}
  Poll<Output> poll(Context& cx);
  /// The batch goes on being read, for the next who asks.
  void cancel() noexcept {}

 private:
  ReadDir& entries_;

  HEDDLE_FIELDS(entries_);
};

/// The files of a directory, in the system's order, without "." and ".."; also a Stream of results, which ends after the
/// first error.
///
/// Threads     May move to any thread; used by one at a time.
/// Cost        One call on a thread for blocking calls for 128 files.
///
/// Corresponds to Tokio's `fs::ReadDir`.
class ReadDir {
 public:
  ReadDir(ReadDir&& other) noexcept;
  ReadDir& operator=(ReadDir&& other) noexcept;
  ~ReadDir();

  /// The next file; nothing at the end.
  ///
  /// Cancelling  Safe: no file is lost.
  /// Corresponds to `ReadDir::next_entry`.
  [[nodiscard]] NextEntry next_entry() noexcept { return NextEntry(*this); }

  /// One step of next_entry. Corresponds to `ReadDir::poll_next_entry`.
  Poll<io::Result<std::optional<DirEntry>>> poll_next_entry(Context& cx);

  using Item = io::Result<DirEntry>;
  Poll<std::optional<Item>> poll_next(Context& cx);

 private:
  struct State;
  friend Async<io::Result<ReadDir>> read_dir(std::string_view path);
  explicit ReadDir(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;

  // The state is owned: a directory, names, and the handle of a call that owns what it works on.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

/// Begins to read a directory. Errors and the rest: as all operations on paths, see fs.hpp; kNotADirectory for a file.
///
/// Example     docs/guide/files.md
///
/// Corresponds to Tokio's `fs::read_dir`.
[[nodiscard]] Async<io::Result<ReadDir>> read_dir(std::string_view path);

}  // namespace heddle::inline v0::fs
