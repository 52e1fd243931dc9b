// SPDX-License-Identifier: MIT
// Certificates that sign themselves.
#include <heddle/tls/identity.hpp>

#include "openssl.hpp"

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <new>

namespace heddle::inline v0::tls {

namespace {

constexpr long kWeek = 7L * 24 * 60 * 60;

std::string text_in(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return std::string(text, static_cast<std::size_t>(size));
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, detail::Freed<&X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool fill(X509* certificate, EVP_PKEY* key, const std::string& host) {
  std::uint64_t serial = 0;
  // SAFETY: any bytes are a number.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  const bool is_address = host.find_first_not_of("0123456789.") == std::string::npos || host.find(':') != std::string::npos;
  X509_NAME* name = X509_get_subject_name(certificate);
  // SAFETY: bytes may be seen as unsigned characters.
  const auto* text = reinterpret_cast<const unsigned char*>(host.c_str());
  return X509_set_version(certificate, X509_VERSION_3) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -60) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kWeek) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
         add_extension(certificate, NID_subject_alt_name, (is_address ? "IP:" : "DNS:") + host) &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

io::Result<Identity> Identity::self_signed(std::string_view host) {
  // The extension's syntax is not for strangers.
  if (host.empty() || host.size() > 64 || host.find_first_of(std::string_view(",;\n\0", 4)) != std::string_view::npos) {
    return io::fail(io::ErrorKind::kInvalidInput, "TLS: no host's name");
  }
  const detail::Key key(EVP_EC_gen("P-256"));
  const detail::Certificate certificate(X509_new());
  const detail::Bio key_text(BIO_new(BIO_s_mem()));
  const detail::Bio certificate_text(BIO_new(BIO_s_mem()));
  if (certificate == nullptr || key_text == nullptr || certificate_text == nullptr) throw std::bad_alloc();
  if (key == nullptr || !fill(certificate.get(), key.get(), std::string(host)) ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return std::unexpected(detail::last_error("the certificate can't be made"));
  }
  return Identity(text_in(certificate_text.get()), text_in(key_text.get()));
}

}  // namespace heddle::inline v0::tls
