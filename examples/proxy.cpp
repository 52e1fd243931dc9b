// SPDX-License-Identifier: MIT
// Passes connections on: proxy LISTEN TARGET, such as 127.0.0.1:8081 example.org:80. Without arguments, a demonstration.
#include <heddle/fmt.hpp>
#include <heddle/heddle.hpp>

#include <string>
#include <utility>

namespace hd = heddle;
using hd::net::TcpListener;
using hd::net::TcpStream;

/// Connects to `target`, and copies both ways until both ends have said all.
hd::Task<hd::io::Result<hd::io::CopiedBoth>> relay(TcpStream client, std::string target) {
  auto server = co_await hd::ok(TcpStream::connect(target));
  co_return co_await hd::io::copy_bidirectional(client, server);
}

void report(const hd::io::CopiedBoth& copied) {
  fmt::print("{} bytes there, {} bytes back\n", copied.a_to_b, copied.b_to_a);
}

hd::Task<> session(TcpStream client, hd::net::SocketAddr peer, std::string target) {
  auto copied = co_await relay(std::move(client), target);
  if (copied) {
    report(*copied);
  } else {
    fmt::print(stderr, "{}: {}\n", peer, copied.error());
  }
}

hd::Task<hd::io::Result<void>> serve(std::string addr, std::string target) {
  auto listener = co_await hd::ok(TcpListener::bind(addr));
  fmt::print("Listening on {}\n", listener.local_addr().value());
  for (;;) {
    auto accepted = co_await listener.accept();
    if (!accepted) {
      fmt::print(stderr, "Accept error: {}\n", accepted.error());
      continue;
    }
    auto& [socket, peer] = *accepted;
    hd::task::spawn(session(std::move(socket), peer, target));
  }
}

// The demonstration: one connection through the proxy, to a server that answers once it has heard all.

hd::Task<> answer(TcpListener listener) {
  auto [client, peer] = (co_await listener.accept()).value();
  std::string question;
  (co_await hd::io::read_to_string(client, question)).value();
  fmt::print("the server was asked: {}\n", question);
  (co_await hd::io::write_all(client, "to the proxy, which passes it on")).value();
}

hd::Task<hd::io::Result<void>> demo() {
  auto server = co_await hd::ok(TcpListener::bind("127.0.0.1:0"));
  auto listener = co_await hd::ok(TcpListener::bind("127.0.0.1:0"));
  auto client = co_await hd::ok(TcpStream::connect(listener.local_addr().value()));
  auto target = server.local_addr().value().to_string();
  auto answered = hd::task::spawn(answer(std::move(server)));

  auto accepted = co_await hd::ok(listener.accept());
  auto relayed = hd::task::spawn(relay(std::move(accepted.socket), target));

  co_await hd::ok(hd::io::write_all(client, "where do I send this?"));
  co_await hd::ok(client.shutdown());  // half of the connection: the answer still comes
  std::string heard;
  co_await hd::ok(hd::io::read_to_string(client, heard));
  fmt::print("the client heard: {}\n", heard);
  (co_await answered).value();
  auto copied = (co_await relayed).value();
  report(co_await hd::ok(std::move(copied)));
  co_return hd::io::Result<void>();
}

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a line is seen when it is printed, also through a pipe
  if (argc == 1) return hd::main(demo);
  if (argc != 3) {
    fmt::print(stderr, "usage: proxy LISTEN TARGET\n");
    return 2;
  }
  return hd::main(serve, std::string(argv[1]), std::string(argv[2]));
}
