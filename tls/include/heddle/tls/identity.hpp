// SPDX-License-Identifier: MIT
// Identity: who a TLS server is.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/marker/fields.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace heddle::inline v0::tls {

/// A chain of certificates, the server's own first, and its private key, both as PEM text.
class Identity {
 public:
  /// Checked when an Acceptor is built.
  Identity(std::string_view certificates, std::string_view key) : certificates_(certificates), key_(key) {}

  /// A new key (P-256), and a certificate for `host`, a name or a numeric address, that it signs itself; valid for a
  /// week. For tests and trials: a client has to be told to trust it. Corresponds to the crate rcgen.
  [[nodiscard]] static io::Result<Identity> self_signed(std::string_view host);

  [[nodiscard]] const std::string& certificates() const noexcept { return certificates_; }
  [[nodiscard]] const std::string& key() const noexcept { return key_; }

 private:
  std::string certificates_;
  std::string key_;

  HEDDLE_FIELDS(certificates_, key_);
};

}  // namespace heddle::inline v0::tls
