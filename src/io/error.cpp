// SPDX-License-Identifier: MIT
// Kinds and messages of errors.
#include <heddle/io/error.hpp>

#include <string>

namespace heddle::inline v0::io {

namespace {

ErrorKind kind_of(int code) noexcept {
  switch (static_cast<std::errc>(code)) {
    case std::errc::no_such_file_or_directory: return ErrorKind::kNotFound;
    case std::errc::operation_not_permitted:
    case std::errc::permission_denied: return ErrorKind::kPermissionDenied;
    case std::errc::connection_refused: return ErrorKind::kConnectionRefused;
    case std::errc::connection_reset: return ErrorKind::kConnectionReset;
    case std::errc::connection_aborted: return ErrorKind::kConnectionAborted;
    case std::errc::host_unreachable: return ErrorKind::kHostUnreachable;
    case std::errc::network_unreachable: return ErrorKind::kNetworkUnreachable;
    case std::errc::not_connected: return ErrorKind::kNotConnected;
    case std::errc::address_in_use: return ErrorKind::kAddrInUse;
    case std::errc::address_not_available: return ErrorKind::kAddrNotAvailable;
    case std::errc::broken_pipe: return ErrorKind::kBrokenPipe;
    case std::errc::file_exists: return ErrorKind::kAlreadyExists;
    case std::errc::resource_unavailable_try_again: return ErrorKind::kWouldBlock;
    case std::errc::invalid_argument: return ErrorKind::kInvalidInput;
    case std::errc::timed_out: return ErrorKind::kTimedOut;
    case std::errc::interrupted: return ErrorKind::kInterrupted;
    case std::errc::function_not_supported:
    case std::errc::operation_not_supported: return ErrorKind::kUnsupported;
    case std::errc::not_enough_memory:
    case std::errc::no_buffer_space: return ErrorKind::kOutOfMemory;
    case std::errc::not_a_directory: return ErrorKind::kNotADirectory;
    case std::errc::is_a_directory: return ErrorKind::kIsADirectory;
    case std::errc::directory_not_empty: return ErrorKind::kDirectoryNotEmpty;
    case std::errc::read_only_file_system: return ErrorKind::kReadOnlyFilesystem;
    case std::errc::no_space_on_device: return ErrorKind::kStorageFull;
    case std::errc::cross_device_link: return ErrorKind::kCrossesDevices;
    case std::errc::too_many_files_open:
    case std::errc::too_many_files_open_in_system: return ErrorKind::kTooManyOpenFiles;
    default: return ErrorKind::kOther;
  }
}

}  // namespace

Error Error::from_raw_os_error(int code) noexcept { return Error(kind_of(code), code); }

Error::Error(ErrorKind kind, std::string_view message)
    : message_(std::make_shared<const std::string>(message)), kind_(kind) {}

std::error_code Error::code() const noexcept {
  return code_ != 0 ? std::error_code(code_, std::generic_category()) : std::make_error_code(std::io_errc::stream);
}

std::string Error::message() const {
  if (message_ != nullptr) return *message_;
  return std::generic_category().message(code_) + " (os error " + std::to_string(code_) + ")";
}

}  // namespace heddle::inline v0::io
