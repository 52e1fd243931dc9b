// SPDX-License-Identifier: MIT
// What all connections share.
#pragma once

#include "database.hpp"
#include "resp.hpp"
#include "topics.hpp"

#include <heddle/async/cancellation_token.hpp>
#include <heddle/async/notify.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/sync/mutex.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace mini_redis {

struct Options {
  RequestLimits request;
  std::size_t max_clients = 10'000;
  std::size_t max_bytes = std::size_t{1} << 30;
  // What waits for one client, a reply and messages of its topics; and how many those are.
  std::size_t max_reply = 64U << 20;
  std::size_t max_messages = 1024;
  std::size_t max_topics = 1024;
  // How long a client may be silent, take to send a request that it has begun, and take to read replies.
  std::chrono::milliseconds idle_timeout = std::chrono::minutes(5);
  std::chrono::milliseconds request_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds write_timeout = std::chrono::seconds(10);
};

/// What the lock guards.
struct State {
  Database database;
  Topics topics;
  // Something was told to expire: whoever let go of the lock says so to the task that removes what is due.
  bool expiry_begun = false;

  explicit State(std::size_t max_bytes) : database(max_bytes) {}
  HEDDLE_FIELDS(database, topics, expiry_begun);
};

class Server {
 public:
  explicit Server(const Options& chosen) : options(chosen), state(State(chosen.max_bytes)) {}

  const Options options;
  const heddle::Mutex<State> state;
  const heddle::async::Notify expiry_begun;
  /// Cancelled when the server is to end: nobody is accepted, and who is there gets the replies under way.
  const heddle::async::CancellationToken stopping;
  mutable std::atomic<std::size_t> clients = 0;
  mutable std::atomic<std::uint64_t> clients_ever = 0;
  mutable std::atomic<std::uint64_t> commands = 0;

  HEDDLE_FIELDS(options, state, expiry_begun, stopping, clients, clients_ever, commands);
};

}  // namespace mini_redis
