// SPDX-License-Identifier: MIT
// Why a channel's verb failed: one type per verb, and each gives back what it was lent.
#pragma once

#include <heddle/marker/fields.hpp>

#include <cstdint>
#include <utility>

namespace heddle::inline v0::channel {

/// The message could not be sent: every receiver is gone, or the channel was closed. Holds the message.
///
/// Corresponds to Rust's `mpsc::SendError`; also that of broadcast and watch.
template <class T>
class SendError {
 public:
  explicit SendError(T&& value) : value_(std::move(value)) {}

  /// The message that was not sent.
  [[nodiscard]] T& value() noexcept { return value_; }
  [[nodiscard]] const T& value() const noexcept { return value_; }
  [[nodiscard]] T into_inner() && { return std::move(value_); }
  [[nodiscard]] static const char* message() noexcept { return "channel closed"; }

  HEDDLE_FIELDS(value_);

 private:
  T value_;
};

/// Why try_send didn't send. Holds the message. Rust's `mpsc::TrySendError`.
template <class T>
class TrySendError {
 public:
  enum class Kind : std::uint8_t {
    kFull,          ///< no place is free; on a rendezvous channel: no receiver waits
    kDisconnected,  ///< every receiver is gone, or the channel was closed
  };

  TrySendError(Kind kind, T&& value) : value_(std::move(value)), kind_(kind) {}

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_full() const noexcept { return kind_ == Kind::kFull; }
  [[nodiscard]] bool is_disconnected() const noexcept { return kind_ == Kind::kDisconnected; }

  /// The message that was not sent.
  [[nodiscard]] T& value() noexcept { return value_; }
  [[nodiscard]] const T& value() const noexcept { return value_; }
  [[nodiscard]] T into_inner() && { return std::move(value_); }

  HEDDLE_FIELDS(value_, kind_);

 private:
  T value_;
  Kind kind_;
};

/// Why send_for and send_until didn't send. Holds the message. crossbeam's `SendTimeoutError`.
template <class T>
class SendTimeoutError {
 public:
  enum class Kind : std::uint8_t { kTimeout, kDisconnected };

  SendTimeoutError(Kind kind, T&& value) : value_(std::move(value)), kind_(kind) {}

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_timeout() const noexcept { return kind_ == Kind::kTimeout; }
  [[nodiscard]] bool is_disconnected() const noexcept { return kind_ == Kind::kDisconnected; }

  /// The message that was not sent.
  [[nodiscard]] T& value() noexcept { return value_; }
  [[nodiscard]] const T& value() const noexcept { return value_; }
  [[nodiscard]] T into_inner() && { return std::move(value_); }

  HEDDLE_FIELDS(value_, kind_);

 private:
  T value_;
  Kind kind_;
};

/// Why try_recv has nothing. Rust's `mpsc::TryRecvError`.
enum class TryRecvError : std::uint8_t {
  kEmpty,         ///< a message may still come
  kDisconnected,  ///< none will ever come
};

/// Why recv_for and recv_until have nothing. Rust's `mpsc::RecvTimeoutError`.
enum class RecvTimeoutError : std::uint8_t {
  kTimeout,       ///< a message may still come
  kDisconnected,  ///< none will ever come
};

/// Why there is no permit. Tokio's `mpsc::error::TrySendError<()>`.
enum class ReserveError : std::uint8_t {
  kFull,          ///< no place is free; only from try_reserve
  kDisconnected,  ///< every receiver is gone, or the channel was closed
};

}  // namespace heddle::inline v0::channel
