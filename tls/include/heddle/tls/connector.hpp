// SPDX-License-Identifier: MIT
// Connector: TLS for clients.
#pragma once

#include <heddle/tls/stream.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle::inline v0::tls {

/// Makes streams private, as the one that connected: `auto stream = co_await connector.connect("example.org", socket);`
///
/// TLS 1.2 and 1.3. The server's certificate is verified, and that it is the named server's.
/// Threads     Any, at the same time: connect is const.
/// Cost        Made once for many connections: it reads the certificates that are trusted.
///
/// Corresponds to tokio-rustls' `TlsConnector`.
class Connector {
 public:
  class Builder {
   public:
    Builder() noexcept {}

    /// Trusts these certificates, PEM text, and no longer those of the system.
    Builder& trust(std::string_view certificates) {
      trusted_ += certificates;
      return *this;
    }
    /// Talks to anybody who says to be the server. For trials.
    Builder& unsafe_trust_anybody() noexcept {
      verify_ = false;
      return *this;
    }
    /// What to speak, the dearest first: `{"h2", "http/1.1"}`. Errors: std::invalid_argument for a name that is empty,
    /// or longer than 255 bytes.
    Builder& alpn(std::initializer_list<std::string_view> protocols);

    /// Errors      kInvalidData for certificates that are none.
    [[nodiscard]] io::Result<Connector> build() const;

   private:
    std::string trusted_;
    std::string alpn_;
    bool verify_ = true;

    HEDDLE_FIELDS(trusted_, alpn_, verify_);
  };

  [[nodiscard]] Connector clone() const { return Connector(settings_); }
  Connector(Connector&&) noexcept = default;
  Connector& operator=(Connector&&) noexcept = default;

  /// Shakes hands with `server`, a host's name or a numeric address.
  ///
  /// Shape       A stream passed by name is borrowed, a temporary taken.
  /// Errors      kInvalidInput for a name that is none (an empty or over-long label, a NUL). kInvalidData if the server's
  ///             certificate isn't trusted, or another's, or what comes is no TLS. kUnexpectedEof if the server stops
  ///             within the handshake. Those of the stream.
  /// Cancelling  Loses data: a handshake can't be taken up again. Who is silent keeps it waiting: see time::timeout.
  template <class S>
    requires io::AsyncRead<S> && io::AsyncWrite<S>
  [[nodiscard]] Handshake<S> connect(std::string_view server, S&& stream) const {
    return {std::forward<S>(stream), detail::Session::of_client(settings_, server)};
  }

 private:
  explicit Connector(detail::Settings settings) noexcept : settings_(std::move(settings)) {}

  // Not changed once it is built.
  detail::Settings settings_;

  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::tls
