// SPDX-License-Identifier: MIT
// A program outside of the tree that shakes hands with itself.
#include <heddle/heddle.hpp>
#include <heddle/tls/tls.hpp>

namespace hd = heddle;

hd::Task<int> app() {
  const auto identity = hd::tls::Identity::self_signed("localhost").value();
  const auto acceptor = hd::tls::Acceptor::Builder(identity).build().value();
  const auto connector = hd::tls::Connector::Builder().trust(identity.certificates()).build().value();
  auto [a, b] = hd::io::duplex(64);
  auto both = co_await hd::join(connector.connect("localhost", std::move(a)), acceptor.accept(std::move(b)));
  co_return both.first.has_value() && both.second.has_value() ? 0 : 1;
}

int main() { return hd::main(app); }
