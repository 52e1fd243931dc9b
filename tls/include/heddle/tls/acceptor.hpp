// SPDX-License-Identifier: MIT
// Acceptor: TLS for servers.
#pragma once

#include <heddle/tls/identity.hpp>
#include <heddle/tls/stream.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace heddle::inline v0::tls {

/// Makes streams private, as the one that was connected to: `auto stream = co_await acceptor.accept(socket);`
///
/// TLS 1.2 and 1.3, one identity; clients aren't asked for theirs.
/// Threads     Any, at the same time: accept is const.
///
/// Corresponds to tokio-rustls' `TlsAcceptor`.
class Acceptor {
 public:
  class Builder {
   public:
    explicit Builder(Identity identity) : identity_(std::move(identity)) {}

    /// What may be spoken, the dearest first. A client that speaks none of it is refused; one that doesn't say is not.
    /// Errors: std::invalid_argument for a name that is empty, or longer than 255 bytes.
    Builder& alpn(std::initializer_list<std::string_view> protocols);

    /// Errors      kInvalidData for certificates and a key that are none, or don't belong together.
    [[nodiscard]] io::Result<Acceptor> build() const;

   private:
    Identity identity_;
    std::string alpn_;

    HEDDLE_FIELDS(identity_, alpn_);
  };

  [[nodiscard]] Acceptor clone() const { return Acceptor(settings_); }
  Acceptor(Acceptor&&) noexcept = default;
  Acceptor& operator=(Acceptor&&) noexcept = default;

  /// Shakes hands with whoever is at the other end.
  ///
  /// Shape, Cancelling  As Connector::connect. A stranger may be silent: wrap it in time::timeout.
  /// Errors      kInvalidData if what comes is no TLS, or the client refuses. kUnexpectedEof if it stops within the
  ///             handshake. Those of the stream.
  template <class S>
    requires io::AsyncRead<S> && io::AsyncWrite<S>
  [[nodiscard]] Handshake<S> accept(S&& stream) const {
    return {std::forward<S>(stream), detail::Session::of_server(settings_)};
  }

 private:
  explicit Acceptor(detail::Settings settings) noexcept : settings_(std::move(settings)) {}

  // Not changed once it is built.
  detail::Settings settings_;

  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::tls
