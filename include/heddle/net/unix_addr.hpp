// SPDX-License-Identifier: MIT
// UnixAddr: the name of a Unix socket.
#pragma once

#include <heddle/marker/fields.hpp>

#include <compare>
#include <concepts>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::net {

/// The address of a Unix socket: a path, a name in the system's abstract space, or none. Whatever names a file converts
/// to it: `UnixStream::connect("/run/app.sock")`.
///
/// Errors      None here: a name that is too long (107 bytes) or has a NUL in it is kInvalidInput where it is used.
/// Corresponds to Tokio's `net::unix::SocketAddr`.
class UnixAddr {
 public:
  /// The path of a file.
  template <class P>
    requires(!std::same_as<std::remove_cvref_t<P>, UnixAddr> && std::convertible_to<P, std::filesystem::path>)
  UnixAddr(P&& path)  // NOLINT(google-explicit-constructor): a path is where a socket is
      : name_(std::filesystem::path(std::forward<P>(path)).native()) {}

  /// A name that is no file, and goes with its socket. Linux only.
  [[nodiscard]] static UnixAddr abstract_name(std::string_view name) {
    return from_raw_name(std::string(1, '\0').append(name));
  }

  [[nodiscard]] bool is_unnamed() const noexcept { return name_.empty(); }
  [[nodiscard]] std::optional<std::filesystem::path> as_pathname() const {
    if (is_unnamed() || name_.front() == '\0') return std::nullopt;
    return std::filesystem::path(name_);
  }
  [[nodiscard]] std::optional<std::string_view> as_abstract_name() const noexcept {
    if (is_unnamed() || name_.front() != '\0') return std::nullopt;
    return std::string_view(name_).substr(1);
  }

  /// For people: `/run/app.sock`, `@name`, `(unnamed)`.
  [[nodiscard]] std::string to_string() const;

  friend auto operator<=>(const UnixAddr&, const UnixAddr&) noexcept = default;

  /// As the system keeps it: an abstract name begins with a NUL.
  [[nodiscard]] std::string_view raw_name() const noexcept { return name_; }
  [[nodiscard]] static UnixAddr from_raw_name(std::string name) noexcept { return UnixAddr(Raw(), std::move(name)); }

 private:
  struct Raw {};
  UnixAddr(Raw, std::string name) noexcept : name_(std::move(name)) {}

  std::string name_;

  HEDDLE_FIELDS(name_);
};

}  // namespace heddle::inline v0::net
