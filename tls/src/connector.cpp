// SPDX-License-Identifier: MIT
// A client's settings.
#include <heddle/tls/connector.hpp>

#include "openssl.hpp"

namespace heddle::inline v0::tls {

Connector::Builder& Connector::Builder::alpn(std::initializer_list<std::string_view> protocols) {
  alpn_ = detail::alpn_of(protocols);
  return *this;
}

io::Result<Connector> Connector::Builder::build() const {
  auto settings = detail::make_settings(TLS_client_method());
  SSL_CTX_set_verify(settings.get(), verify_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!trusted_.empty()) {
    X509_STORE* store = SSL_CTX_get_cert_store(settings.get());
    const auto trust = [store](X509* certificate) { return X509_STORE_add_cert(store, certificate) == 1; };
    if (!detail::for_each_certificate(trusted_, trust)) {
      return std::unexpected(detail::last_error("what is to be trusted is no certificate"));
    }
  } else if (verify_ && SSL_CTX_set_default_verify_paths(settings.get()) != 1) {
    return std::unexpected(detail::last_error("the system's certificates can't be read"));
  }
  // SAFETY: bytes may be seen as unsigned characters.
  const auto* protocols = reinterpret_cast<const unsigned char*>(alpn_.data());
  if (!alpn_.empty() && SSL_CTX_set_alpn_protos(settings.get(), protocols, static_cast<unsigned>(alpn_.size())) != 0) {
    return std::unexpected(detail::last_error("the names of protocols are refused"));
  }
  return Connector(std::move(settings));
}

}  // namespace heddle::inline v0::tls
