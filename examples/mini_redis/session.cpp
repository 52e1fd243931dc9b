// SPDX-License-Identifier: MIT
// How a client is read, answered and, if need be, given up.
#include "session.hpp"

#include "commands.hpp"

#include <heddle/heddle.hpp>

namespace hd = heddle;

namespace mini_redis {

namespace {

using hd::time::Instant;

// A step of reading; and from how much on replies are written before more requests are looked at.
constexpr std::size_t kReadAtOnce = 16U << 10;
constexpr std::size_t kWriteAt = 1U << 20;
// A buffer that has grown beyond this for one request isn't kept.
constexpr std::size_t kKeep = 256U << 10;

class Session {
 public:
  Session(hd::net::TcpStream socket, hd::Arc<Server> server)
      : socket_(std::move(socket)),
        server_(std::move(server)),
        ending_(server_->stopping.child_token()),
        subscriptions_(server_.clone(), server_->clients_ever.fetch_add(1, std::memory_order_relaxed), ending_.clone()),
        parser_(server_->options.request) {}

  hd::Async<> run() {
    auto ending = ending_.cancelled();
    for (;;) {
      const Next next = run_requests();
      const bool written = co_await write_replies();
      if (!written || next == Next::kEnd) break;
      if (next == Next::kRequest) continue;
      const bool has_more = co_await wait(ending);
      if (!has_more) break;
    }
    static_cast<void>(co_await socket_.shutdown());
  }

 private:
  enum class Next { kRequest, kRead, kEnd };

  /// Runs what has arrived, under one lock.
  Next run_requests() {
    std::string_view rest = in_.text();
    if (rest.empty()) return Next::kRead;
    const Next next = run_requests(rest);
    in_.consume(in_.size() - rest.size());
    if (in_.empty() && in_.capacity() > kKeep) in_ = hd::io::Buffer();
    return next;
  }

  Next run_requests(std::string_view& rest) {
    auto state = server_->state.lock().value();
    std::uint64_t commands = 0;
    Next next = Next::kRead;
    while (next == Next::kRead) {
      const Parser::Status status = parser_.parse(rest);
      if (status == Parser::Status::kMore) break;
      if (status == Parser::Status::kError) {
        reply_error(out_, parser_.error());
        return Next::kEnd;
      }
      Call call(*server_, *state, subscriptions_, parser_.request(), out_);
      run_command(call);
      ++commands;
      rest.remove_prefix(parser_.size());
      if (call.quit) next = Next::kEnd;
      if (out_.size() >= kWriteAt) next = call.quit ? Next::kEnd : Next::kRequest;
    }
    if (commands != 0) {
      request_deadline_.reset();
      server_->commands.fetch_add(commands, std::memory_order_relaxed);
    }
    if (std::exchange(state->expiry_begun, false)) server_->expiry_begun.notify_one();
    return next;
  }

  hd::Async<bool> write_replies() {
    if (out_.empty()) co_return true;
    auto written = co_await hd::time::timeout(server_->options.write_timeout, socket_.write_all(out_.bytes()));
    out_.clear();
    if (out_.capacity() > kKeep + kWriteAt) out_ = hd::io::Buffer();
    co_return written.has_value() && written->has_value();
  }

  /// When the client is given up, unless it sends something.
  Instant deadline() {
    const Instant now = Instant::now();
    if (in_.empty()) {
      const bool subscribed = !subscriptions_.topics().empty();
      return now + (subscribed ? std::chrono::hours(24 * 365) : server_->options.idle_timeout);
    }
    // Byte by byte is no excuse: the time of a request begins with its first one.
    if (!request_deadline_) request_deadline_ = now + server_->options.request_timeout;
    return *request_deadline_;
  }

  /// Waits for bytes, or for messages of the client's topics. False when the connection has to end.
  hd::Async<bool> wait(hd::async::Cancelled& ending) {
    bool go_on = false;
    const auto take_bytes = [&](auto count) {
      if (!count.has_value() || !count->has_value()) return;  // too late, or an error
      go_on = **count != 0;
      in_.commit(**count);
    };
    const Instant until = deadline();
    const auto room = in_.prepare(kReadAtOnce);
    auto& messages = subscriptions_.messages();
    if (!messages) {
      co_await hd::select(hd::biased, hd::on(ending, [] {}),
                          hd::on(hd::time::timeout_at(until, socket_.read(room)), take_bytes));
    } else {
      co_await hd::select(hd::biased, hd::on(ending, [] {}),
                          hd::on(hd::time::timeout_at(until, socket_.read(room)), take_bytes),
                          hd::on(messages->recv_async(), [&](auto message) {
                            go_on = true;
                            while (message) {
                              out_.append(**message);
                              if (out_.size() >= kWriteAt) return;
                              auto more = messages->try_recv();
                              if (!more) return;
                              message = std::move(*more);
                            }
                          }));
    }
    co_return go_on;
  }

  hd::net::TcpStream socket_;
  hd::Arc<Server> server_;
  // Cancelled with the server, and if the client doesn't read what its topics give.
  hd::async::CancellationToken ending_;
  Subscriptions subscriptions_;
  Parser parser_;
  hd::io::Buffer in_;
  hd::io::Buffer out_;
  std::optional<Instant> request_deadline_;
};

/// Counts a client for as long as it lives.
class Counted {
 public:
  explicit Counted(std::atomic<std::size_t>& count) noexcept : count_(count) {
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { count_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t>& count_;
};

}  // namespace

hd::Task<> serve_client(hd::net::TcpStream socket, hd::Arc<Server> server, hd::mpsc::Sender<int>) {
  const Counted counted(server->clients);
  if (server->clients.load(std::memory_order_relaxed) > server->options.max_clients) {
    constexpr std::string_view kRefusal = "-ERR max number of clients reached\r\n";
    static_cast<void>(socket.try_write(std::as_bytes(std::span(kRefusal))));
    co_return;
  }
  Session session(std::move(socket), server.clone());
  co_await session.run();
}

}  // namespace mini_redis
