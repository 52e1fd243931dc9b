// SPDX-License-Identifier: MIT
// Session: TLS between two buffers, without a stream. What it is given comes from the peer, what it puts out goes there.
#pragma once

#include <heddle/io/buffer.hpp>
#include <heddle/io/error.hpp>
#include <heddle/marker/rules.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace heddle::inline v0::tls::detail {

/// What the settings of all sessions of a Connector or an Acceptor are kept in.
using Settings = std::shared_ptr<ssl_ctx_st>;

class Session {
 public:
  enum class Step : std::uint8_t {
    kDone,
    kNeedsInput,  // from the peer
    kEnded,       // the peer has said that it sends no more
    kFailed,      // see error()
  };

  [[nodiscard]] static io::Result<Session> of_client(const Settings& settings, std::string_view server_name);
  [[nodiscard]] static io::Result<Session> of_server(const Settings& settings);

  Step handshake();
  /// kDone: `count` bytes of plain text are in `dst`.
  Step read(std::span<std::byte> dst, std::size_t& count);
  /// kDone: `count` bytes of `src` were taken.
  Step write(std::span<const std::byte> src, std::size_t& count);
  /// Says that no more will be sent.
  Step close();
  /// Bytes from the peer.
  void give(std::span<const std::byte> bytes);
  /// Bytes for the peer: whoever sends some consumes them.
  [[nodiscard]] io::Buffer& output() noexcept { return output_; }

  /// After the handshake: the peer needs nothing of what is still in the output. A server's tickets, by which clients
  /// come back faster, are such.
  [[nodiscard]] bool rest_can_wait() const noexcept;

  /// Why a step failed. All later ones do too.
  [[nodiscard]] io::Error error() const;

  [[nodiscard]] std::string alpn() const;
  [[nodiscard]] std::string server_name() const;
  [[nodiscard]] std::string_view version() const noexcept;

 private:
  struct Free {
    void operator()(ssl_st* ssl) const noexcept;
  };
  explicit Session(std::unique_ptr<ssl_st, Free> ssl) noexcept : ssl_(std::move(ssl)) {}
  static io::Result<Session> make(const Settings& settings);
  /// What a call of the library has come to. Collects what it put out.
  Step conclude(int result);

  std::unique_ptr<ssl_st, Free> ssl_;
  io::Buffer output_;
  std::optional<io::Error> error_;

  // Everything that a session points to is its own, or shared with others by atomic counts and locks.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::tls::detail
