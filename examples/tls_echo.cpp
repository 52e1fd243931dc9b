// SPDX-License-Identifier: MIT
// Sends lines back over TLS, and greets browsers. Then try: openssl s_client -quiet -connect 127.0.0.1:8443
#include <CLI/CLI.hpp>
#include <heddle/fmt.hpp>
#include <heddle/heddle.hpp>
#include <heddle/tls/tls.hpp>

#include <cstdio>
#include <fstream>
#include <string>

using namespace std::chrono_literals;
namespace hd = heddle;

using Private = hd::tls::Stream<hd::net::TcpStream>;

constexpr std::size_t kLongestLine = 8192;
constexpr auto kPatience = 10s;

/// Lines until the client says goodbye.
hd::Async<hd::io::Result<void>> echo(Private& stream) {
  hd::io::Framed lines(stream, hd::io::LinesCodec::with_max_length(kLongestLine));
  for (;;) {
    auto line = co_await hd::next(lines);
    if (!line) break;
    const std::string text = co_await hd::ok(*std::move(line));
    co_await hd::ok(lines.send(text));
  }
  co_return co_await lines.close();
}

/// One reply to whatever is asked for.
hd::Async<hd::io::Result<void>> greet(Private& stream) {
  hd::io::FramedRead lines(stream, hd::io::LinesCodec::with_max_length(kLongestLine));
  std::string line = "the head ends with an empty line";
  for (int count = 0; !line.empty() && count < 100; ++count) {
    auto next = co_await hd::next(lines);
    if (!next) break;
    line = co_await hd::ok(*std::move(next));
  }
  const std::string body = fmt::format("Hello over {}!\n", stream.version());
  co_await hd::ok(hd::io::write_all(stream, fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n"
                                                        "Connection: close\r\n\r\n{}",
                                                        body.size(), body)));
  co_return co_await hd::io::shutdown(stream);
}

hd::Task<> serve_client(hd::net::TcpStream socket, hd::net::SocketAddr peer, hd::tls::Acceptor acceptor) {
  auto accepted = co_await hd::time::timeout(kPatience, acceptor.accept(std::move(socket)));
  if (!accepted) {
    fmt::print("{}: no handshake in time\n", peer);
    co_return;
  }
  if (!*accepted) {
    fmt::print("{}: {}\n", peer, accepted->error());
    co_return;
  }
  Private stream = **std::move(accepted);
  fmt::print("{}: {}, asked for '{}'\n", peer, stream.version(), stream.server_name());
  auto ended = hd::io::Result<void>();
  if (stream.alpn() == "http/1.1") {
    ended = co_await greet(stream);
  } else {
    ended = co_await echo(stream);
  }
  fmt::print("{}: {}\n", peer, ended ? "goodbye" : ended.error().message());
}

hd::Task<hd::io::Result<void>> serve(std::string addr, hd::tls::Acceptor acceptor) {
  auto listener = co_await hd::ok(hd::net::TcpListener::bind(addr));
  fmt::print("Listening on {}\n", listener.local_addr().value());
  for (;;) {
    auto accepted = co_await listener.accept();
    if (!accepted) {
      fmt::print(stderr, "Accept error: {}\n", accepted.error());
      continue;
    }
    hd::task::spawn(serve_client(std::move(accepted->socket), accepted->peer, acceptor.clone()));
  }
}

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a line is seen when it is printed, also through a pipe
  std::uint16_t port = 8443;
  std::string certificate_file;
  CLI::App app("A server that sends lines back over TLS", "tls_echo");
  app.add_option("--port", port, "the port; 0 takes a free one")->capture_default_str();
  app.add_option("--certificate", certificate_file, "a file for the certificate, for clients to trust it");
  CLI11_PARSE(app, argc, argv);
  const auto identity = hd::tls::Identity::self_signed("localhost").value();
  if (!certificate_file.empty()) std::ofstream(certificate_file) << identity.certificates();
  auto acceptor = hd::tls::Acceptor::Builder(identity).alpn({"http/1.1", "echo"}).build().value();
  return hd::main(serve, "127.0.0.1:" + std::to_string(port), std::move(acceptor));
}
