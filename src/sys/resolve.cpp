// SPDX-License-Identifier: MIT
// getaddrinfo.
#include "sys/resolve.hpp"

#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>

namespace heddle::inline v0::sys {

namespace {

LookupFailure failure_of(int code) noexcept {
  switch (code) {
    case EAI_NONAME:
    case EAI_NODATA: return LookupFailure::kNoSuchHost;
    case EAI_AGAIN: return LookupFailure::kTryAgain;
    case EAI_MEMORY: return LookupFailure::kOutOfMemory;
    case EAI_SYSTEM: return LookupFailure::kSystem;
    default: return LookupFailure::kOther;
  }
}

struct FreeList {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

}  // namespace

std::expected<std::vector<InetAddr>, LookupError> resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // of any kind, each address would come three times
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0) {
    return std::unexpected(LookupError{failure_of(code), errno, ::gai_strerror(code)});
  }
  const std::unique_ptr<addrinfo, FreeList> list(found);
  std::vector<InetAddr> addrs;
  for (const addrinfo* each = list.get(); each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    RawAddr raw;
    std::memcpy(raw.bytes.data(), each->ai_addr, each->ai_addrlen);
    raw.size = each->ai_addrlen;
    addrs.push_back(inet_of(raw));
    addrs.back().port = port;
  }
  return addrs;
}

}  // namespace heddle::inline v0::sys
