// SPDX-License-Identifier: MIT
// A chat: chat 127.0.0.1:8083, then nc 127.0.0.1 8083, and a name first. Without arguments, a demonstration.
#include <heddle/fmt.hpp>
#include <heddle/heddle.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace hd = heddle;
using hd::net::TcpListener;
using hd::net::TcpStream;
using Hub = hd::broadcast::Sender<std::string>;

constexpr std::size_t kLongestLine = 1024;
constexpr std::size_t kLinesKept = 64;  // for whoever reads slowly; who is slower still misses some, and is told

void tell_all(const Hub& hub, std::string line) { static_cast<void>(hub.send(std::move(line))); }

/// Writes all that is said to one client.
hd::Task<> deliver(hd::net::OwnedWriteHalf<TcpStream> client, hd::broadcast::Receiver<std::string> hub) {
  for (;;) {
    auto heard = co_await hub.recv();
    if (!heard && heard.error().is_closed()) co_return;
    auto line = heard ? *heard + "\n" : fmt::format("* you missed {} lines\n", heard.error().lagged());
    auto written = co_await hd::io::write_all(client, line);
    if (!written) co_return;
  }
}

/// Reads what one client says, and tells it to all.
hd::Task<> session(TcpStream socket, Hub hub) {
  auto [reader, writer] = std::move(socket).into_split();
  auto lines = hd::io::lines(hd::io::BufReader(std::move(reader)), kLongestLine);
  auto first = co_await lines.next_line();
  if (!first || !*first) co_return;
  const std::string name = **first;
  auto delivery = hd::task::spawn(deliver(std::move(writer), hub.subscribe()));
  tell_all(hub, fmt::format("* {} joined", name));
  for (;;) {
    auto line = co_await lines.next_line();
    if (!line || !*line) break;  // an error, such as a line that is too long, or the end
    tell_all(hub, fmt::format("{}: {}", name, **line));
  }
  tell_all(hub, fmt::format("* {} left", name));
  delivery.abort();
}

hd::Task<hd::io::Result<void>> serve(TcpListener listener) {
  auto [hub, nobody] = hd::broadcast::channel<std::string>(kLinesKept);
  for (;;) {
    auto accepted = co_await listener.accept();
    if (!accepted) {
      fmt::print(stderr, "Accept error: {}\n", accepted.error());
      continue;
    }
    hd::task::spawn(session(std::move(accepted->socket), hub.clone()));
  }
}

hd::Task<hd::io::Result<void>> chat(std::string addr) {
  auto listener = co_await hd::ok(TcpListener::bind(addr));
  fmt::print("Listening on {}\n", listener.local_addr().value());
  co_return co_await serve(std::move(listener));
}

// The demonstration: two people, who wait for each other's words.

using Client = hd::io::BufStream<TcpStream>;

hd::Async<> say(Client& client, std::string_view line) {
  (co_await hd::io::write_all(client, line)).value();
  (co_await hd::io::write_all(client, "\n")).value();
  (co_await hd::io::flush(client)).value();
}

hd::Async<> hear(Client& client, std::string_view who) {
  std::string line;
  (co_await hd::io::read_line(client, line)).value();
  fmt::print("{} sees   {}", who, line);
}

hd::Task<hd::io::Result<void>> demo() {
  auto listener = co_await hd::ok(TcpListener::bind("127.0.0.1:0"));
  const auto addr = listener.local_addr().value();
  hd::task::spawn(serve(std::move(listener)));

  Client ada(co_await hd::ok(TcpStream::connect(addr)));
  co_await say(ada, "Ada");
  co_await hear(ada, "Ada");
  {
    Client bob(co_await hd::ok(TcpStream::connect(addr)));
    co_await say(bob, "Bob");
    co_await hear(ada, "Ada");
    co_await hear(bob, "Bob");
    co_await say(ada, "hello Bob");
    co_await hear(ada, "Ada");
    co_await hear(bob, "Bob");
    co_await say(bob, "hello Ada, I must go");
    co_await hear(ada, "Ada");
    co_await hear(bob, "Bob");
  }
  co_await hear(ada, "Ada");
  co_return hd::io::Result<void>();
}

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a line is seen when it is printed, also through a pipe
  if (argc == 1) return hd::main(demo);
  return hd::main(chat, std::string(argv[1]));
}
