// SPDX-License-Identifier: MIT
// TLS between two buffers: OpenSSL with BIOs in memory.
#include "openssl.hpp"

#include <openssl/x509v3.h>

#include <algorithm>
#include <limits>
#include <new>

namespace heddle::inline v0::tls::detail {

namespace {

int clamped(std::size_t size) noexcept {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

/// A numeric address, rather than a name.
bool is_address(const std::string& host) {
  const std::unique_ptr<ASN1_OCTET_STRING, Freed<&ASN1_OCTET_STRING_free>> address(a2i_IPADDRESS(host.c_str()));
  ERR_clear_error();
  return address != nullptr;
}

/// Labels of 1 to 63 bytes, letters, digits, '-' and '_', 253 bytes in all; the last dot may be there.
bool is_host_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > 253) return false;
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  for (;;) {
    const std::string_view label = name.substr(0, name.find('.'));
    if (label.empty() || label.size() > 63 || !std::ranges::all_of(label, is_allowed)) return false;
    if (label.size() == name.size()) return true;
    name.remove_prefix(label.size() + 1);
  }
}

}  // namespace

void Session::Free::operator()(ssl_st* ssl) const noexcept { SSL_free(ssl); }

io::Result<Session> Session::make(const Settings& settings) {
  std::unique_ptr<ssl_st, Free> ssl(SSL_new(settings.get()));
  Bio in(BIO_new(BIO_s_mem()));
  Bio out(BIO_new(BIO_s_mem()));
  if (ssl == nullptr || in == nullptr || out == nullptr) throw std::bad_alloc();
  // Nothing there means "not yet" and not "the end".
  BIO_set_mem_eof_return(in.get(), -1);
  SSL_set_bio(ssl.get(), in.release(), out.release());
  return Session(std::move(ssl));
}

io::Result<Session> Session::of_client(const Settings& settings, std::string_view server_name) {
  std::string host(server_name);
  auto session = make(settings);
  SSL* ssl = session->ssl_.get();
  bool known = false;
  if (is_address(host) && host.find('\0') == std::string::npos) {
    known = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  } else if (is_host_name(host)) {
    // A certificate has no dot at the end.
    if (host.ends_with('.')) host.pop_back();
    known = SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
  }
  ERR_clear_error();
  if (!known) return io::fail(io::ErrorKind::kInvalidInput, "TLS: the server's name is no host's name");
  SSL_set_connect_state(ssl);
  return session;
}

io::Result<Session> Session::of_server(const Settings& settings) {
  auto session = make(settings);
  SSL_set_accept_state(session->ssl_.get());
  return session;
}

Session::Step Session::conclude(int result) {
  const int why = SSL_get_error(ssl_.get(), result);
  BIO* out = SSL_get_wbio(ssl_.get());
  while (const std::size_t pending = BIO_ctrl_pending(out)) {
    const auto room = output_.prepare(pending);
    const int count = BIO_read(out, room.data(), clamped(room.size()));
    if (count <= 0) break;
    output_.commit(static_cast<std::size_t>(count));
  }
  switch (why) {
    case SSL_ERROR_NONE: return Step::kDone;
    case SSL_ERROR_WANT_READ: return Step::kNeedsInput;
    case SSL_ERROR_ZERO_RETURN: return Step::kEnded;
    default: break;
  }
  const long verified = SSL_get_verify_result(ssl_.get());
  if (verified == X509_V_OK) {
    error_ = last_error("the session failed");
  } else {
    error_ = last_error(X509_verify_cert_error_string(verified));
  }
  return Step::kFailed;
}

Session::Step Session::handshake() {
  if (error_) return Step::kFailed;
  ERR_clear_error();
  return conclude(SSL_do_handshake(ssl_.get()));
}

Session::Step Session::read(std::span<std::byte> dst, std::size_t& count) {
  if (error_) return Step::kFailed;
  ERR_clear_error();
  return conclude(SSL_read_ex(ssl_.get(), dst.data(), dst.size(), &count));
}

Session::Step Session::write(std::span<const std::byte> src, std::size_t& count) {
  if (error_) return Step::kFailed;
  ERR_clear_error();
  const Step step = conclude(SSL_write_ex(ssl_.get(), src.data(), src.size(), &count));
  // After a goodbye, say.
  if (step != Step::kDone && !error_) error_ = io::Error(io::ErrorKind::kBrokenPipe, "TLS: nothing more may be written");
  return step;
}

Session::Step Session::close() {
  if (error_) return Step::kFailed;
  ERR_clear_error();
  // 0: said, and the peer hasn't yet.
  const int result = SSL_shutdown(ssl_.get());
  return conclude(result == 0 ? 1 : result);
}

void Session::give(std::span<const std::byte> bytes) {
  if (BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), clamped(bytes.size())) != clamped(bytes.size())) {
    throw std::bad_alloc();
  }
}

bool Session::rest_can_wait() const noexcept {
  return SSL_is_server(ssl_.get()) == 1 && SSL_version(ssl_.get()) >= TLS1_3_VERSION;
}

io::Error Session::error() const { return *error_; }

std::string Session::alpn() const {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &length);
  return std::string(name, name + length);
}

std::string Session::server_name() const {
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? std::string() : std::string(name);
}

std::string_view Session::version() const noexcept { return SSL_get_version(ssl_.get()); }

}  // namespace heddle::inline v0::tls::detail
