// SPDX-License-Identifier: MIT
// A server that ends in good order: graceful_shutdown 127.0.0.1:8085, then Enter. Without arguments, a demonstration.
#include <heddle/fmt.hpp>
#include <heddle/heddle.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::async::CancellationToken;
using hd::net::TcpListener;
using hd::net::TcpStream;
using hd::task::TaskTracker;
using Client = hd::io::BufStream<TcpStream>;

hd::Async<hd::io::Result<void>> say(Client& client, std::string_view line) {
  co_await hd::ok(co_await hd::io::write_all(client, line));
  co_return co_await hd::io::flush(client);
}

/// Echoes lines. Told to stop, it ends between two of them, with a word to the client.
hd::Task<> session(TcpStream socket, CancellationToken stop) {
  Client client(std::move(socket));
  std::string line;
  for (;;) {
    line.clear();
    auto read = co_await stop.run_until_cancelled(hd::io::read_line(client, line));
    if (!read) break;
    if (!*read || **read == 0) co_return;  // the client has gone
    auto answered = co_await say(client, line);
    if (!answered) co_return;
  }
  static_cast<void>(co_await say(client, "goodbye\n"));
}

hd::Task<> serve(TcpListener listener, TaskTracker tasks, CancellationToken stop) {
  for (;;) {
    auto accepted = co_await stop.run_until_cancelled(listener.accept());
    if (!accepted) co_return;
    if (*accepted) {
      tasks.spawn(session(std::move((*accepted)->socket), stop.clone()));
    } else {
      fmt::print(stderr, "Accept error: {}\n", accepted->error());
    }
  }
}

/// Tells all tasks to end, and waits for them, but not for ever. What remains is cancelled with the runtime.
hd::Task<> shut_down(TaskTracker tasks, CancellationToken stop) {
  stop.cancel();
  tasks.close();
  auto ended = co_await hd::time::timeout(10s, tasks.wait());
  fmt::print("{}\n", ended ? "All tasks have ended" : "Some tasks take too long");
}

hd::Task<hd::io::Result<void>> run(std::string addr) {
  auto listener = co_await hd::ok(TcpListener::bind(addr));
  fmt::print("Listening on {}; Enter ends it\n", listener.local_addr().value());
  const TaskTracker tasks;
  const CancellationToken stop;
  tasks.spawn(serve(std::move(listener), tasks.clone(), stop.clone()));
  (co_await hd::task::spawn_blocking([] { static_cast<void>(std::getchar()); })).value();
  co_await shut_down(tasks.clone(), stop.clone());
  co_return hd::io::Result<void>();
}

// The demonstration: two clients, who are in the middle of a session when the server ends.

hd::Async<> hear(Client& client, std::string_view who) {
  std::string line;
  (co_await hd::io::read_line(client, line)).value();
  fmt::print("{} hears {}", who, line.empty() ? "nothing more\n" : line);
}

hd::Task<hd::io::Result<void>> demo() {
  auto listener = co_await hd::ok(TcpListener::bind("127.0.0.1:0"));
  const auto addr = listener.local_addr().value();
  const TaskTracker tasks;
  const CancellationToken stop;
  tasks.spawn(serve(std::move(listener), tasks.clone(), stop.clone()));

  Client ada(co_await hd::ok(TcpStream::connect(addr)));
  Client bob(co_await hd::ok(TcpStream::connect(addr)));
  co_await hd::ok(co_await say(ada, "one\n"));
  co_await hear(ada, "Ada");
  co_await hd::ok(co_await say(bob, "two\n"));
  co_await hear(bob, "Bob");
  fmt::print("{} tasks\n", tasks.len());

  co_await shut_down(tasks.clone(), stop.clone());
  fmt::print("{} tasks\n", tasks.len());
  co_await hear(ada, "Ada");
  co_await hear(ada, "Ada");
  co_await hear(bob, "Bob");
  auto late = co_await TcpStream::connect(addr);
  fmt::print("Cy is {}\n", late ? "served" : "refused");
  co_return hd::io::Result<void>();
}

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a line is seen when it is printed, also through a pipe
  if (argc == 1) return hd::main(demo);
  return hd::main(run, std::string(argv[1]));
}
