// SPDX-License-Identifier: MIT
// OpenSSL's errors in words, and what the settings of client and server have in common.
#include "openssl.hpp"

#include <limits>
#include <new>
#include <stdexcept>

namespace heddle::inline v0::tls::detail {

io::Error last_error(std::string_view what) {
  std::string message = "TLS: " + std::string(what);
  if (const char* reason = ERR_reason_error_string(ERR_peek_error()); reason != nullptr) {
    message += std::string(": ") + reason;
  }
  ERR_clear_error();
  return {io::ErrorKind::kInvalidData, message};
}

Bio bio_of(std::string_view text) {
  if (text.size() > std::numeric_limits<int>::max()) throw std::length_error("a text for OpenSSL");
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (bio == nullptr) throw std::bad_alloc();
  return bio;
}

Settings make_settings(const SSL_METHOD* method) {
  SSL_CTX* settings = SSL_CTX_new(method);
  if (settings == nullptr) throw std::bad_alloc();
  Settings owner(settings, SSL_CTX_free);
  SSL_CTX_set_min_proto_version(settings, TLS1_2_VERSION);
  // A stream that ends without a goodbye is an error, and reading never has to write.
  SSL_CTX_clear_options(settings, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_options(settings, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(settings, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return owner;
}

std::string alpn_of(std::initializer_list<std::string_view> protocols) {
  std::string encoded;
  for (const std::string_view protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) throw std::invalid_argument("a protocol's name has 1 to 255 bytes");
    encoded += static_cast<char>(static_cast<unsigned char>(protocol.size()));
    encoded += protocol;
  }
  return encoded;
}

}  // namespace heddle::inline v0::tls::detail
