// SPDX-License-Identifier: MIT
// The commands: what each takes, does and replies.
#pragma once

#include "server.hpp"

#include <heddle/io/buffer.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace mini_redis {

/// One client's subscriptions, which end with it.
class Subscriptions {
 public:
  Subscriptions(heddle::Arc<Server> server, std::uint64_t client, heddle::async::CancellationToken too_slow)
      : server_(std::move(server)), client_(client), too_slow_(std::move(too_slow)) {}
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;
  ~Subscriptions();

  [[nodiscard]] const std::set<std::string, std::less<>>& topics() const noexcept { return topics_; }
  void add(State& state, std::string_view topic);
  void remove(State& state, std::string_view topic);
  /// The messages; nothing before the first subscription.
  [[nodiscard]] std::optional<heddle::mpsc::Receiver<Message>>& messages() noexcept { return messages_; }

 private:
  heddle::Arc<Server> server_;
  std::uint64_t client_;
  heddle::async::CancellationToken too_slow_;
  std::set<std::string, std::less<>> topics_;
  std::optional<heddle::mpsc::Sender<Message>> mailbox_;
  std::optional<heddle::mpsc::Receiver<Message>> messages_;
};

/// Where one request finds all that it needs.
struct Call {
  const Server& server;
  State& state;
  Subscriptions& subscriptions;
  const Request& request;
  heddle::io::Buffer& out;
  // Set by a command after whose reply the connection ends.
  bool quit = false;

  [[nodiscard]] std::string_view argument(std::size_t index) const { return request[index]; }
};

/// Runs a request, and appends its reply.
void run_command(Call& call);

}  // namespace mini_redis
