// SPDX-License-Identifier: MIT
// Operations on paths, each a function that blocks.
#include <heddle/fs/fs.hpp>

#include <heddle/io/detail/utf8.hpp>

#include "fs/on_pool.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"

#include <algorithm>
#include <utility>

namespace heddle::inline v0::fs {

using detail::on_pool;
using detail::to_result;

namespace {

/// `Bytes` is a vector or a string.
template <class Bytes>
io::Result<Bytes> read_all(const std::string& path) {
  const auto file = sys::open_file(path, sys::OpenHow{});
  if (!file) return io::fail(file.error());
  const auto its = sys::status(file->get());
  if (!its) return io::fail(its.error());
  // One more than it should have: the read that fills less has seen the end, but for files that say nothing of their
  // size.
  constexpr std::size_t kLeast = 4096, kMostAtFirst = std::size_t{1} << 30;
  Bytes bytes(std::clamp(static_cast<std::size_t>(its->size) + 1, kLeast, kMostAtFirst), {});
  for (std::size_t size = 0;;) {
    const auto count = sys::read_some(file->get(), std::as_writable_bytes(std::span(bytes)).subspan(size));
    if (!count) return io::fail(count.error());
    size += *count;
    if (*count == 0) {
      bytes.resize(size);
      return bytes;
    }
    if (size == bytes.size()) bytes.resize(2 * size);
  }
}

io::Result<std::string> read_text(const std::string& path) {
  auto text = read_all<std::string>(path);
  if (text.has_value() && !io::detail::is_utf8(*text)) return std::unexpected(io::detail::not_utf8());
  return text;
}

io::Result<void> write_all(const std::string& path, std::span<const std::byte> contents) {
  const auto file = sys::open_file(path, sys::OpenHow{.write = true, .truncate = true, .create = true});
  if (!file) return io::fail(file.error());
  return to_result<void>(sys::write_fully(file->get(), contents));
}

bool is_directory(const std::string& path) noexcept {
  const auto its = sys::status(path, sys::Links::kFollow);
  return its.has_value() && sys::kind_of(its->mode) == sys::FileKind::kDirectory;
}

bool is_missing(const io::Error& error) noexcept { return error.kind() == io::ErrorKind::kNotFound; }

/// Where the directory above begins and ends in `path`; empty if there is none.
std::string parent_of(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? "" : path.substr(0, slash + (slash == 0 ? 1 : 0)));
}

io::Result<void> create_all(const std::string& path, sys::Mode mode) {
  if (path.empty()) return {};
  auto made = to_result<void>(sys::create_directory(path, mode));
  if (!made && is_missing(made.error())) {
    const std::string parent = parent_of(path);
    if (parent == path) return made;
    if (const auto above = create_all(parent, mode); !above) return above;
    made = to_result<void>(sys::create_directory(path, mode));
  }
  // Somebody else may have made it, now or long ago.
  if (!made && is_directory(path)) return {};
  return made;
}

io::Result<bool> exists(const std::string& path) {
  const auto its = to_result<Metadata>(sys::status(path, sys::Links::kFollow));
  if (its.has_value()) return true;
  if (is_missing(its.error())) return false;
  return std::unexpected(its.error());
}

/// A call that takes one path, or two, and gives nothing.
template <auto kCall>
Async<io::Result<void>> call_on(std::string_view path) {
  return on_pool([](const std::string& its) { return to_result<void>(kCall(its)); }, std::string(path));
}
template <auto kCall>
Async<io::Result<void>> call_on(std::string_view one, std::string_view other) {
  return on_pool([](const std::string& from, const std::string& to) { return to_result<void>(kCall(from, to)); },
                 std::string(one), std::string(other));
}

template <sys::Links kLinks>
Async<io::Result<Metadata>> metadata_of(std::string_view path) {
  return on_pool([](const std::string& its) { return to_result<Metadata>(sys::status(its, kLinks)); },
                 std::string(path));
}

}  // namespace

Async<io::Result<std::vector<std::byte>>> read(std::string_view path) {
  return on_pool([](const std::string& its) { return read_all<std::vector<std::byte>>(its); }, std::string(path));
}

Async<io::Result<std::string>> read_to_string(std::string_view path) {
  return on_pool([](const std::string& its) { return read_text(its); }, std::string(path));
}

Async<io::Result<void>> write(std::string_view path, std::span<const std::byte> contents) {
  return on_pool([](const std::string& its, const std::vector<std::byte>& bytes) { return write_all(its, bytes); },
                 std::string(path), std::vector<std::byte>(contents.begin(), contents.end()));
}
Async<io::Result<void>> write(std::string_view path, std::string_view contents) {
  return write(path, std::as_bytes(std::span(contents)));
}

Async<io::Result<Metadata>> metadata(std::string_view path) { return metadata_of<sys::Links::kFollow>(path); }
Async<io::Result<Metadata>> symlink_metadata(std::string_view path) { return metadata_of<sys::Links::kDont>(path); }

Async<io::Result<bool>> try_exists(std::string_view path) {
  return on_pool([](const std::string& its) { return exists(its); }, std::string(path));
}

Async<io::Result<void>> rename(std::string_view from, std::string_view to) { return call_on<&sys::rename>(from, to); }

Async<io::Result<std::uint64_t>> copy(std::string_view from, std::string_view to) {
  return on_pool(
      [](const std::string& one, const std::string& other) {
        return to_result<std::uint64_t>(sys::copy_file(one, other));
      },
      std::string(from), std::string(to));
}

Async<io::Result<void>> create_dir(std::string_view path) { return DirBuilder().create(path); }
Async<io::Result<void>> create_dir_all(std::string_view path) { return DirBuilder().recursive(true).create(path); }

Async<io::Result<void>> DirBuilder::create(std::string_view path) const {
  return on_pool(
      [](const std::string& its, std::uint32_t mode, bool recursive) {
        return recursive ? create_all(its, mode) : to_result<void>(sys::create_directory(its, mode));
      },
      std::string(path), mode_, recursive_);
}

Async<io::Result<void>> remove_file(std::string_view path) { return call_on<&sys::remove_file>(path); }
Async<io::Result<void>> remove_dir(std::string_view path) { return call_on<&sys::remove_directory>(path); }
Async<io::Result<void>> remove_dir_all(std::string_view path) { return call_on<&sys::remove_tree>(path); }

Async<io::Result<void>> hard_link(std::string_view original, std::string_view link) {
  return call_on<&sys::hard_link>(original, link);
}
Async<io::Result<void>> symlink(std::string_view original, std::string_view link) {
  return call_on<&sys::symlink>(original, link);
}

Async<io::Result<std::string>> read_link(std::string_view path) {
  return on_pool([](const std::string& its) { return to_result<std::string>(sys::read_link(its)); }, std::string(path));
}

Async<io::Result<std::string>> canonicalize(std::string_view path) {
  return on_pool([](const std::string& its) { return to_result<std::string>(sys::canonical_path(its)); },
                 std::string(path));
}

Async<io::Result<void>> set_permissions(std::string_view path, Permissions permissions) {
  return on_pool([](const std::string& its, std::uint32_t mode) { return to_result<void>(sys::set_mode(its, mode)); },
                 std::string(path), permissions.mode() & 07777);
}

}  // namespace heddle::inline v0::fs
