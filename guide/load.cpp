// SPDX-License-Identifier: MIT
// The load generator: one thread and one epoll keep N connections asking an echo server, one request in flight on each.
//
// Prints JSON, one object a line: {"event": "opening" | "running" | "result", …}.
#include "histogram.hpp"
#include "program.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::size_t kMessageSize = 64;
using Message = std::array<std::byte, kMessageSize>;

constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::uint64_t kSecond = 1000 * kMillisecond;
// How many connections may be on their way at once. A listener's queue holds at least 128.
constexpr std::size_t kBurst = 64;
constexpr int kTurn = 100;  // milliseconds
constexpr std::uint64_t kPatience = 5 * kSecond;
constexpr std::uint64_t kReportInterval = 250 * kMillisecond;

std::uint64_t nanoseconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * kSecond + static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t now() { return nanoseconds_of(CLOCK_MONOTONIC); }

/// The connections. Ends the program when the server stops answering, or answers something else than it was told.
class Load {
 public:
  Load(std::uint16_t port, std::size_t wanted) : wanted_(wanted), port_(port), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) guide::fail("epoll_create1", errno);
    connections_.reserve(wanted);
  }

  /// Starts what a burst has room for; false when all are open, or no more can be. A connection counts as open once its
  /// first message has come back, so the server has never more than a burst to accept.
  bool open_more() {
    while (refusal_.empty() && connections_.size() < wanted_ && opening() < kBurst) begin_connection();
    return opening() > 0;
  }

  /// Sends on each open connection; from then on a reply is answered with the next message.
  void start() {
    sending_ = true;
    for (std::uint32_t index = 0; index < connections_.size(); ++index) {
      if (connections_[index].state == State::kIdle) send(index);
    }
  }

  /// Counts and times replies from here on.
  void record() { recording_ = true; }

  /// Handles what has come in.
  void turn() {
    std::array<epoll_event, 512> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kTurn);
    if (count < 0 && errno != EINTR) guide::fail("epoll_wait", errno);
    for (int i = 0; i < count; ++i) on_event(events[static_cast<std::size_t>(i)].data.u32);
    if (count > 0) {
      last_event_ = now();
    } else if (now() - last_event_ > kPatience) {
      guide::fail("the server has answered nothing for 5 seconds", ETIMEDOUT);
    }
    if (sending_ && open_ == 0) guide::fail("no connection is left", last_error_);
  }

  /// Sends no more, and waits for the replies that are due: a starved connection's is the slowest of all. Gives how many
  /// have not come after 2 seconds.
  std::size_t drain() {
    sending_ = false;
    const std::uint64_t end = now() + 2 * kSecond;
    while (waiting_ > 0 && now() < end) turn();
    for (const Connection& connection : connections_) {
      if (connection.state == State::kWaiting) latencies_.add(now() - connection.sent_at);
    }
    return waiting_;
  }

  [[nodiscard]] std::size_t open() const { return open_; }
  [[nodiscard]] std::size_t lost() const { return lost_; }
  [[nodiscard]] std::uint64_t replies() const { return replies_; }
  [[nodiscard]] const guide::Histogram& latencies() const { return latencies_; }
  /// Why fewer connections are open than wanted; empty if all are.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

 private:
  enum class State : std::uint8_t { kConnecting, kWaiting, kIdle, kClosed };
  struct Connection {
    std::uint64_t sent_at = 0;
    std::uint32_t sequence = 0;
    int socket = -1;
    std::uint32_t received = 0;
    State state = State::kConnecting;
    bool is_open = false;
    Message reply{};
  };

  [[nodiscard]] std::size_t opening() const { return connections_.size() - open_ - lost_; }

  void refuse(const char* what, int error) {
    if (refusal_.empty()) refusal_ = fmt::format("{}: {}", what, std::strerror(error));
    last_error_ = error;
  }

  void begin_connection() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) return refuse("socket", errno);
    // Closing resets, so that no port is left waiting for late packets.
    const linger reset{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // SAFETY: a sockaddr_in is what the system means by a sockaddr of family AF_INET.
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
      refuse("connect", errno);
      ::close(socket);
      return;
    }
    epoll_event event{};
    event.events = EPOLLOUT;
    event.data.u32 = static_cast<std::uint32_t>(connections_.size());
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) guide::fail("epoll_ctl", errno);
    connections_.emplace_back().socket = socket;
  }

  void on_event(std::uint32_t index) {
    if (connections_[index].state == State::kConnecting) {
      on_connected(index);
    } else if (connections_[index].state != State::kClosed) {
      on_readable(index);
    }
  }

  void on_connected(std::uint32_t index) {
    const int socket = connections_[index].socket;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return lose(index, "connect", error);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = index;
    if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event) != 0) guide::fail("epoll_ctl", errno);
    send(index);
  }

  void on_readable(std::uint32_t index) {
    Connection& connection = connections_[index];
    const auto rest = std::span(connection.reply).subspan(connection.received);
    const ssize_t n = ::recv(connection.socket, rest.data(), rest.size(), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) return lose(index, "receive", errno);
    if (n == 0) return lose(index, "receive", ECONNRESET);
    connection.received += static_cast<std::uint32_t>(n);
    if (connection.received == kMessageSize) on_reply(index);
  }

  void on_reply(std::uint32_t index) {
    Connection& connection = connections_[index];
    if (connection.state != State::kWaiting || connection.reply != message(index, connection.sequence)) {
      guide::fail("the server sent back something else than it was told", EBADMSG);
    }
    if (recording_) {
      latencies_.add(now() - connection.sent_at);
      if (sending_) ++replies_;
    }
    --waiting_;
    connection.state = State::kIdle;
    if (!connection.is_open) {
      connection.is_open = true;
      ++open_;
    }
    if (sending_) send(index);
  }

  /// No two messages are the same, so that a reply on the wrong connection shows.
  static Message message(std::uint32_t index, std::uint32_t sequence) {
    Message made{};
    std::memcpy(made.data(), &index, sizeof index);
    std::memcpy(made.data() + sizeof index, &sequence, sizeof sequence);
    return made;
  }

  void send(std::uint32_t index) {
    Connection& connection = connections_[index];
    const Message next = message(index, ++connection.sequence);
    connection.received = 0;
    connection.state = State::kWaiting;
    connection.sent_at = now();
    ++waiting_;
    // The buffer of a socket whose only message has been answered has room for the next one.
    if (::send(connection.socket, next.data(), next.size(), MSG_NOSIGNAL) != ssize_t{kMessageSize}) {
      lose(index, "send", errno);
    }
  }

  void lose(std::uint32_t index, const char* what, int error) {
    Connection& connection = connections_[index];
    last_error_ = error;
    if (connection.is_open) {
      --open_;
    } else {
      refuse(what, error);
    }
    if (connection.state == State::kWaiting) --waiting_;
    ++lost_;
    connection.state = State::kClosed;
    ::close(connection.socket);
  }

  std::vector<Connection> connections_;
  std::size_t wanted_;
  std::size_t open_ = 0;
  std::size_t lost_ = 0;
  std::size_t waiting_ = 0;
  std::string refusal_;
  int last_error_ = 0;
  bool sending_ = false;
  bool recording_ = false;
  std::uint64_t replies_ = 0;
  std::uint64_t last_event_ = now();
  guide::Histogram latencies_;
  std::uint16_t port_;
  int epoll_;
};

struct Options {
  std::uint16_t port = 0;
  std::size_t connections = 100;
  double warm_up = 0.5;
  double seconds = 3;
  pid_t server = 0;
  bool hold = false;
};

/// Runs for `seconds`; calls `report` now and then.
template <class Report>
void run_for(Load& load, double seconds, Report report) {
  std::uint64_t time = now();
  const std::uint64_t end = time + static_cast<std::uint64_t>(seconds * static_cast<double>(kSecond));
  for (std::uint64_t next_report = time + kReportInterval; time < end; time = now()) {
    load.turn();
    if (time >= next_report) {
      next_report = time + kReportInterval;
      report();
    }
  }
}

void open_connections(Load& load) {
  std::uint64_t next_report = now() + kReportInterval;
  while (load.open_more()) {
    load.turn();
    if (now() >= next_report) {
      next_report = now() + kReportInterval;
      guide::say("{{\"event\": \"opening\", \"connections\": {}}}\n", load.open());
    }
  }
  if (load.open() == 0) {
    fmt::print(stderr, "no connection could be opened: {}\n", load.refusal());
    std::exit(EXIT_FAILURE);
  }
}

/// The clock of the server's CPU time, so that it is read at the same moments as the replies are counted.
std::optional<clockid_t> cpu_clock_of(pid_t process) {
  clockid_t clock{};
  if (process == 0) return std::nullopt;
  if (const int error = ::clock_getcpuclockid(process, &clock); error != 0)
    guide::fail("the server's CPU clock", error);
  return clock;
}

void measure(Load& load, const Options& options) {
  const auto cpu_clock = cpu_clock_of(options.server);
  const std::uint64_t cpu_before = cpu_clock ? nanoseconds_of(*cpu_clock) : 0;
  const std::uint64_t start = now();
  load.record();
  run_for(load, options.seconds, [&] {
    guide::say("{{\"event\": \"running\", \"connections\": {}, \"seconds\": {:.2f}, \"requests\": {}}}\n", load.open(),
               static_cast<double>(now() - start) * 1e-9, load.replies());
  });
  const double seconds = static_cast<double>(now() - start) * 1e-9;
  const std::uint64_t cpu = cpu_clock ? nanoseconds_of(*cpu_clock) - cpu_before : 0;
  const std::uint64_t requests = load.replies();
  const std::size_t unanswered = load.drain();
  const auto microseconds = [&](double q) { return static_cast<double>(load.latencies().quantile(q)) * 1e-3; };
  guide::say(
      "{{\"event\": \"result\", \"connections\": {}, \"requests\": {}, \"seconds\": {:.6f}, \"p50_us\": {:.1f}, "
      "\"p99_us\": {:.1f}, \"p999_us\": {:.1f}, \"errors\": {}, \"unanswered\": {}, \"server_cpu_seconds\": {:.6f}, "
      "\"refusal\": "
      "\"{}\"}}\n",
      load.open(), requests, seconds, microseconds(0.5), microseconds(0.99), microseconds(0.999), load.lost(),
      unanswered, static_cast<double>(cpu) * 1e-9, load.refusal());
}

void wait_for_end_of_input() {
  std::array<char, 64> ignored;
  while (::read(STDIN_FILENO, ignored.data(), ignored.size()) > 0) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Keeps connections to an echo server on 127.0.0.1 asking; prints JSON, one object a line.");
  Options options;
  app.add_option("--port", options.port, "Port of the echo server")->required();
  app.add_option("--connections", options.connections, "How many")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--warm-up", options.warm_up, "Seconds before measuring")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 60.0));
  app.add_option("--seconds", options.seconds, "Seconds of measuring")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 60.0));
  app.add_option("--server-pid", options.server, "Process whose CPU time is measured");
  app.add_flag("--hold", options.hold, "After the result, keep the connections open until the input ends");
  CLI11_PARSE(app, argc, argv);
  guide::begin();

  Load load(options.port, options.connections);
  open_connections(load);
  load.start();
  run_for(load, options.warm_up, [] {});
  measure(load, options);
  if (options.hold) wait_for_end_of_input();
}
