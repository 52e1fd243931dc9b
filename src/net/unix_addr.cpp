// SPDX-License-Identifier: MIT
// Printing the names of Unix sockets.
#include <heddle/net/unix_addr.hpp>

namespace heddle::inline v0::net {

std::string UnixAddr::to_string() const {
  if (is_unnamed()) return "(unnamed)";
  if (const auto name = as_abstract_name()) return "@" + std::string(*name);
  return name_;
}

}  // namespace heddle::inline v0::net
