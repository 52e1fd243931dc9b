// SPDX-License-Identifier: MIT
// A server's settings.
#include <heddle/tls/acceptor.hpp>

#include "openssl.hpp"

#include <memory>

namespace heddle::inline v0::tls {

namespace {

/// Chooses the first of ours that the client speaks too. `argument` is our list, as it would be sent.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* theirs,
                    unsigned their_length, void* argument) {
  const auto& ours = *static_cast<const std::string*>(argument);
  unsigned char* chosen = nullptr;
  // SAFETY: bytes may be seen as unsigned characters.
  const auto* first = reinterpret_cast<const unsigned char*>(ours.data());
  const int found = SSL_select_next_proto(&chosen, out_length, first, static_cast<unsigned>(ours.size()), theirs, their_length);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool use_identity(SSL_CTX* settings, const Identity& identity) {
  bool is_first = true;
  const auto use = [&](X509* certificate) {
    if (std::exchange(is_first, false)) return SSL_CTX_use_certificate(settings, certificate) == 1;
    return SSL_CTX_add1_chain_cert(settings, certificate) == 1;
  };
  if (!detail::for_each_certificate(identity.certificates(), use)) return false;
  const detail::Bio bio = detail::bio_of(identity.key());
  const detail::Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  return key != nullptr && SSL_CTX_use_PrivateKey(settings, key.get()) == 1 && SSL_CTX_check_private_key(settings) == 1;
}

}  // namespace

Acceptor::Builder& Acceptor::Builder::alpn(std::initializer_list<std::string_view> protocols) {
  alpn_ = detail::alpn_of(protocols);
  return *this;
}

io::Result<Acceptor> Acceptor::Builder::build() const {
  auto settings = detail::make_settings(TLS_server_method());
  if (!use_identity(settings.get(), identity_)) {
    return std::unexpected(detail::last_error("the certificates and the key are none, or don't belong together"));
  }
  if (alpn_.empty()) return Acceptor(std::move(settings));
  // The list lives as long as the settings do.
  struct WithProtocols {
    detail::Settings settings;
    std::string protocols;
  };
  auto both = std::make_shared<WithProtocols>(std::move(settings), alpn_);
  SSL_CTX* context = both->settings.get();
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, &both->protocols);
  return Acceptor(detail::Settings(std::move(both), context));
}

}  // namespace heddle::inline v0::tls
