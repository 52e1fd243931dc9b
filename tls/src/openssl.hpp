// SPDX-License-Identifier: MIT
// What all that call OpenSSL need: owners of its objects, and its errors.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/tls/detail/session.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace heddle::inline v0::tls::detail {

template <auto kFree>
struct Freed {
  void operator()(auto* object) const noexcept { kFree(object); }
};
using Bio = std::unique_ptr<BIO, Freed<&BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<&X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>>;

/// Why the last call failed. Empties the thread's list of errors.
[[nodiscard]] io::Error last_error(std::string_view what);

/// Text to be read from.
[[nodiscard]] Bio bio_of(std::string_view text);

/// What client and server have in common. Never null: throws std::bad_alloc.
[[nodiscard]] Settings make_settings(const SSL_METHOD* method);

/// Names of protocols as they are sent, each behind its length.
[[nodiscard]] std::string alpn_of(std::initializer_list<std::string_view> protocols);

/// Calls `use` with each certificate in a text. False if there is none, or one that is none.
template <class Use>
bool for_each_certificate(std::string_view text, Use use) {
  const Bio bio = bio_of(text);
  bool any = false;
  for (;;) {
    const Certificate next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (next == nullptr) break;
    if (!use(next.get())) return false;
    any = true;
  }
  // The end of the text is an error like others.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (any && at_end) ERR_clear_error();
  return any && at_end;
}

}  // namespace heddle::inline v0::tls::detail
