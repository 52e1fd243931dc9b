// SPDX-License-Identifier: MIT
// io::Error and io::Result: what input and output answer when the system refuses.
#pragma once

#include <heddle/marker/rules.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace heddle::inline v0::io {

/// The kinds of failure that programs tell apart; the names are Rust's `std::io::ErrorKind`.
enum class ErrorKind : std::uint8_t {
  kNotFound,
  kPermissionDenied,
  kConnectionRefused,
  kConnectionReset,
  kConnectionAborted,
  kHostUnreachable,
  kNetworkUnreachable,
  kNotConnected,
  kAddrInUse,
  kAddrNotAvailable,
  kBrokenPipe,
  kAlreadyExists,
  kWouldBlock,
  kInvalidInput,
  kInvalidData,
  kTimedOut,
  kWriteZero,
  kInterrupted,
  kUnsupported,
  kUnexpectedEof,
  kNotADirectory,
  kIsADirectory,
  kDirectoryNotEmpty,
  kReadOnlyFilesystem,
  kStorageFull,
  kCrossesDevices,
  kOutOfMemory,
  kTooManyOpenFiles,  ///< the process or the system has no descriptor left; not in Rust
  kOther,
};

/// An error of the operating system, or of heddle's own input and output.
///
/// Cost        An error of the system allocates nothing.
///
/// Corresponds to Rust's `std::io::Error`.
class Error {
 public:
  /// From a system call's `errno`. Rust's `from_raw_os_error`.
  [[nodiscard]] static Error from_raw_os_error(int code) noexcept;

  /// An error of heddle's or the program's own. Rust's `Error::new`.
  Error(ErrorKind kind, std::string_view message);

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

  /// The system's number, 0 if it is no error of the system.
  [[nodiscard]] int raw_os_error() const noexcept { return code_; }

  /// As a std::error_code: of the generic category, or io_error for heddle's own.
  [[nodiscard]] std::error_code code() const noexcept;

  /// For people: "Address already in use (os error 98)".
  [[nodiscard]] std::string message() const;

 private:
  Error(ErrorKind kind, int code) noexcept : code_(code), kind_(kind) {}

  std::shared_ptr<const std::string> message_;
  int code_ = 0;
  ErrorKind kind_;

  // Nobody has a pointer to the text that isn't const: the constructor makes it.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

/// A T, or why not. Rust's `std::io::Result`.
template <class T>
using Result = std::expected<T, Error>;

/// A failed result, from `errno` or a kind and a message.
[[nodiscard]] inline std::unexpected<Error> fail(int os_error) {
  return std::unexpected(Error::from_raw_os_error(os_error));
}
[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string_view message) {
  return std::unexpected(Error(kind, message));
}

}  // namespace heddle::inline v0::io
