// SPDX-License-Identifier: MIT
// Metadata, from what the system says.
#include <heddle/fs/metadata.hpp>

#include "sys/file.hpp"

namespace heddle::inline v0::fs {

namespace {

Metadata::Time time_of(std::int64_t nanoseconds) noexcept {
  return Metadata::Time(std::chrono::duration_cast<Metadata::Time::duration>(std::chrono::nanoseconds(nanoseconds)));
}

}  // namespace

bool FileType::is_dir() const noexcept { return kind_ == sys::FileKind::kDirectory; }
bool FileType::is_file() const noexcept { return kind_ == sys::FileKind::kRegular; }
bool FileType::is_symlink() const noexcept { return kind_ == sys::FileKind::kSymlink; }
bool FileType::is_fifo() const noexcept { return kind_ == sys::FileKind::kFifo; }
bool FileType::is_socket() const noexcept { return kind_ == sys::FileKind::kSocket; }
bool FileType::is_block_device() const noexcept { return kind_ == sys::FileKind::kBlock; }
bool FileType::is_char_device() const noexcept { return kind_ == sys::FileKind::kChar; }

Metadata::Metadata(const sys::FileStatus& status) noexcept
    : len_(status.size),
      device_(status.device),
      inode_(status.inode),
      links_(status.links),
      modified_(time_of(status.modified)),
      accessed_(time_of(status.accessed)),
      created_(time_of(status.created)),
      mode_(status.mode),
      user_(status.user),
      group_(status.group),
      type_(sys::kind_of(status.mode)),
      knows_created_(status.knows_created) {}

io::Result<Metadata::Time> Metadata::created() const {
  if (!knows_created_) return io::fail(io::ErrorKind::kUnsupported, "the file system keeps no time of creation");
  return created_;
}

}  // namespace heddle::inline v0::fs
