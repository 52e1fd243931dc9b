// SPDX-License-Identifier: MIT
// How each command works.
#include "commands.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <limits>

namespace mini_redis {

Subscriptions::~Subscriptions() {
  if (topics_.empty()) return;
  auto state = server_->state.lock();
  if (!state) return;
  for (const std::string& topic : topics_) (*state)->topics.unsubscribe(topic, client_);
}

void Subscriptions::add(State& state, std::string_view topic) {
  if (!topics_.emplace(topic).second) return;
  if (!mailbox_) {
    auto [tx, rx] = heddle::mpsc::sync_channel<Message>(server_->options.max_messages);
    mailbox_ = std::move(tx);
    messages_ = std::move(rx);
  }
  state.topics.subscribe(topic, Subscriber(client_, mailbox_->clone(), too_slow_.clone()));
}

void Subscriptions::remove(State& state, std::string_view topic) {
  const auto it = topics_.find(topic);
  if (it == topics_.end()) return;
  topics_.erase(it);
  state.topics.unsubscribe(topic, client_);
}

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Whatever is kept longer than this is kept for ever, or was a mistake.
constexpr std::int64_t kMostSeconds = 100LL * 365 * 24 * 60 * 60;

constexpr std::string_view kNoInteger = "ERR value is not an integer or out of range";
constexpr std::string_view kSyntax = "ERR syntax error";
constexpr std::string_view kFull = "OOM command not allowed when used memory > 'maxmemory'.";

std::optional<std::int64_t> integer_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_word(std::string_view text, std::string_view upper) {
  return std::ranges::equal(text, upper, {}, [](unsigned char c) { return std::toupper(c); });
}

std::string lower_of(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// Text from outside, fit to stand in an error.
std::string shown(std::string_view text) {
  std::string safe(text.substr(0, 64));
  std::ranges::replace_if(safe, [](unsigned char c) { return c < ' '; }, ' ');
  return safe;
}

void reply_bulk_or_null(Call& call, const std::string* value) {
  if (value == nullptr) return reply_null(call.out);
  reply_bulk(call.out, *value);
}

/// A time to live; replies with the error if it is none.
std::optional<milliseconds> time_of(Call& call, std::string_view text, milliseconds unit) {
  const auto number = integer_of(text);
  if (!number) {
    reply_error(call.out, kNoInteger);
    return std::nullopt;
  }
  if (*number > seconds(kMostSeconds) / unit || *number < -(seconds(kMostSeconds) / unit)) {
    reply_error(call.out, fmt::format("ERR invalid expire time in '{}' command", lower_of(call.argument(0))));
    return std::nullopt;
  }
  return *number * unit;
}

void expire_key(Call& call, std::string_view key, milliseconds after) {
  static_cast<void>(call.state.database.expire(key, after));
  call.state.expiry_begun = true;
}

void get(Call& call) { reply_bulk_or_null(call, call.state.database.get(call.argument(1))); }

struct SetOptions {
  std::optional<milliseconds> expiry;
  bool only_new = false;
  bool only_old = false;
  bool keep_expiry = false;
  bool give_old = false;
};

/// Nothing, and an error was replied, if they make no sense.
std::optional<SetOptions> set_options(Call& call) {
  SetOptions options;
  for (std::size_t i = 3; i < call.request.size(); ++i) {
    const std::string_view word = call.argument(i);
    const bool in_seconds = is_word(word, "EX");
    if (in_seconds || is_word(word, "PX")) {
      if (i + 1 == call.request.size() || options.expiry) return reply_error(call.out, kSyntax), std::nullopt;
      options.expiry = time_of(call, call.argument(++i), in_seconds ? seconds(1) : milliseconds(1));
      if (!options.expiry) return std::nullopt;
      if (*options.expiry <= milliseconds(0)) {
        reply_error(call.out, "ERR invalid expire time in 'set' command");
        return std::nullopt;
      }
    } else if (is_word(word, "NX")) {
      options.only_new = true;
    } else if (is_word(word, "XX")) {
      options.only_old = true;
    } else if (is_word(word, "KEEPTTL")) {
      options.keep_expiry = true;
    } else if (is_word(word, "GET")) {
      options.give_old = true;
    } else {
      return reply_error(call.out, kSyntax), std::nullopt;
    }
  }
  if ((options.only_new && options.only_old) || (options.keep_expiry && options.expiry)) {
    return reply_error(call.out, kSyntax), std::nullopt;
  }
  return options;
}

void set(Call& call) {
  const auto options = set_options(call);
  if (!options) return;
  Database& database = call.state.database;
  const std::string_view key = call.argument(1);
  const std::string* old = options->only_new || options->only_old || options->give_old ? database.get(key) : nullptr;
  const bool wanted = (!options->only_new || old == nullptr) && (!options->only_old || old != nullptr);
  const std::size_t before = call.out.size();
  if (options->give_old) {
    reply_bulk_or_null(call, old);
  } else if (wanted) {
    reply_simple(call.out, "OK");
  } else {
    reply_null(call.out);
  }
  if (!wanted) return;
  if (!database.set(key, call.argument(2), options->keep_expiry ? Database::Expiry::kKeep : Database::Expiry::kForget)) {
    call.out.truncate(before);
    return reply_error(call.out, kFull);
  }
  if (options->expiry) expire_key(call, key, *options->expiry);
}

void del(Call& call) {
  std::int64_t removed = 0;
  for (std::size_t i = 1; i < call.request.size(); ++i) removed += call.state.database.remove(call.argument(i)) ? 1 : 0;
  reply_integer(call.out, removed);
}

void exists(Call& call) {
  std::int64_t found = 0;
  for (std::size_t i = 1; i < call.request.size(); ++i) found += call.state.database.get(call.argument(i)) ? 1 : 0;
  reply_integer(call.out, found);
}

void add(Call& call, std::int64_t amount) {
  const std::string* value = call.state.database.get(call.argument(1));
  auto number = value == nullptr ? 0 : integer_of(*value);
  if (!number) return reply_error(call.out, kNoInteger);
  if (__builtin_add_overflow(*number, amount, &*number)) {
    return reply_error(call.out, "ERR increment or decrement would overflow");
  }
  std::array<char, 24> text;
  const char* end = std::to_chars(text.data(), text.data() + text.size(), *number).ptr;
  if (!call.state.database.set(call.argument(1), std::string_view(text.data(), end), Database::Expiry::kKeep)) {
    return reply_error(call.out, kFull);
  }
  reply_integer(call.out, *number);
}

void incr(Call& call) { add(call, 1); }
void decr(Call& call) { add(call, -1); }
void incrby(Call& call) {
  const auto amount = integer_of(call.argument(2));
  if (!amount) return reply_error(call.out, kNoInteger);
  add(call, *amount);
}

void expire_in(Call& call, milliseconds unit) {
  const auto after = time_of(call, call.argument(2), unit);
  if (!after) return;
  const bool found = call.state.database.get(call.argument(1)) != nullptr;
  if (found) expire_key(call, call.argument(1), *after);
  reply_integer(call.out, found ? 1 : 0);
}
void expire(Call& call) { expire_in(call, seconds(1)); }
void pexpire(Call& call) { expire_in(call, milliseconds(1)); }
void persist(Call& call) { reply_integer(call.out, call.state.database.persist(call.argument(1)) ? 1 : 0); }

void time_left(Call& call, milliseconds unit) {
  const auto left = call.state.database.time_left(call.argument(1));
  switch (left.kind) {
    case Database::Left::kNoKey: return reply_integer(call.out, -2);
    case Database::Left::kForEver: return reply_integer(call.out, -1);
    case Database::Left::kTime: return reply_integer(call.out, (left.time + unit / 2) / unit);
  }
}
void ttl(Call& call) { time_left(call, seconds(1)); }
void pttl(Call& call) { time_left(call, milliseconds(1)); }

void mget(Call& call) {
  const std::size_t before = call.out.size();
  reply_array(call.out, call.request.size() - 1);
  for (std::size_t i = 1; i < call.request.size(); ++i) {
    reply_bulk_or_null(call, call.state.database.get(call.argument(i)));
    // One large value may be asked for many times over.
    if (call.out.size() - before > call.server.options.max_reply) {
      call.out.truncate(before);
      return reply_error(call.out, "ERR the reply would be too large");
    }
  }
}

void mset(Call& call) {
  if (call.request.size() % 2 == 0) return reply_error(call.out, "ERR wrong number of arguments for 'mset' command");
  for (std::size_t i = 1; i < call.request.size(); i += 2) {
    if (!call.state.database.set(call.argument(i), call.argument(i + 1), Database::Expiry::kForget)) {
      return reply_error(call.out, kFull);
    }
  }
  reply_simple(call.out, "OK");
}

void publish(Call& call) {
  reply_integer(call.out, static_cast<std::int64_t>(call.state.topics.publish(call.argument(1), call.argument(2))));
}

void reply_subscription(Call& call, std::string_view what, const std::string_view* topic) {
  reply_array(call.out, 3);
  reply_bulk(call.out, what);
  if (topic == nullptr) {
    reply_null(call.out);
  } else {
    reply_bulk(call.out, *topic);
  }
  reply_integer(call.out, static_cast<std::int64_t>(call.subscriptions.topics().size()));
}

void subscribe(Call& call) {
  for (std::size_t i = 1; i < call.request.size(); ++i) {
    const auto& topics = call.subscriptions.topics();
    if (topics.size() >= call.server.options.max_topics && !topics.contains(call.argument(i))) {
      return reply_error(call.out, "ERR too many subscriptions");
    }
    call.subscriptions.add(call.state, call.argument(i));
    reply_subscription(call, "subscribe", &call.request[i]);
  }
}

void unsubscribe(Call& call) {
  std::vector<std::string> topics(call.request.begin() + 1, call.request.end());
  if (topics.empty()) topics.assign(call.subscriptions.topics().begin(), call.subscriptions.topics().end());
  for (const std::string& topic : topics) {
    call.subscriptions.remove(call.state, topic);
    const std::string_view name = topic;
    reply_subscription(call, "unsubscribe", &name);
  }
  if (topics.empty()) reply_subscription(call, "unsubscribe", nullptr);
}

void ping(Call& call) {
  const bool has_text = call.request.size() > 1;
  if (!call.subscriptions.topics().empty()) {
    // A subscriber tells replies from messages by their form.
    reply_array(call.out, 2);
    reply_bulk(call.out, "pong");
    return reply_bulk(call.out, has_text ? call.argument(1) : "");
  }
  if (has_text) return reply_bulk(call.out, call.argument(1));
  reply_simple(call.out, "PONG");
}

void echo(Call& call) { reply_bulk(call.out, call.argument(1)); }

void info(Call& call) {
  const auto now = [](const auto& number) { return number.load(std::memory_order_relaxed); };
  reply_bulk(call.out, fmt::format("# Server\r\nredis_version:7.0.0\r\nserver_name:mini_redis\r\n"
                                   "# Clients\r\nconnected_clients:{}\r\n"
                                   "# Memory\r\nused_memory:{}\r\nmaxmemory:{}\r\n"
                                   "# Stats\r\ntotal_connections_received:{}\r\ntotal_commands_processed:{}\r\n"
                                   "# Keyspace\r\ndb0:keys={}\r\n",
                                   now(call.server.clients), call.state.database.bytes(), call.server.options.max_bytes,
                                   now(call.server.clients_ever), now(call.server.commands),
                                   call.state.database.size()));
}

void config(Call& call) {
  if (!is_word(call.argument(1), "GET") || call.request.size() != 3) {
    return reply_error(call.out, "ERR only CONFIG GET with one name is known");
  }
  const std::string name = lower_of(call.argument(2));
  // What redis-benchmark asks for.
  const bool is_known = name == "save" || name == "appendonly";
  reply_array(call.out, is_known ? 2 : 0);
  if (!is_known) return;
  reply_bulk(call.out, name);
  reply_bulk(call.out, name == "save" ? "" : "no");
}

// redis-cli asks for the documentation of all commands, and lives without.
void command(Call& call) { reply_array(call.out, 0); }

void client(Call& call) { reply_simple(call.out, "OK"); }

void select(Call& call) {
  if (call.argument(1) != "0") return reply_error(call.out, "ERR DB index is out of range");
  reply_simple(call.out, "OK");
}

void dbsize(Call& call) { reply_integer(call.out, static_cast<std::int64_t>(call.state.database.size())); }

void flushall(Call& call) {
  call.state.database.clear();
  reply_simple(call.out, "OK");
}

void quit(Call& call) {
  reply_simple(call.out, "OK");
  call.quit = true;
}

void shutdown(Call& call) {
  call.server.stopping.cancel();
  call.quit = true;
}

struct Command {
  std::string_view name;
  std::size_t least;  // arguments, the name counted
  std::size_t most;
  void (*run)(Call&);
  bool for_subscribers = false;
};

constexpr std::size_t kMany = std::numeric_limits<std::size_t>::max();

// Sorted by name.
constexpr auto kCommands = std::to_array<Command>({
    {"CLIENT", 2, kMany, client},
    {"COMMAND", 1, kMany, command},
    {"CONFIG", 2, kMany, config},
    {"DBSIZE", 1, 1, dbsize},
    {"DECR", 2, 2, decr},
    {"DEL", 2, kMany, del},
    {"ECHO", 2, 2, echo},
    {"EXISTS", 2, kMany, exists},
    {"EXPIRE", 3, 3, expire},
    {"FLUSHALL", 1, 2, flushall},
    {"GET", 2, 2, get},
    {"INCR", 2, 2, incr},
    {"INCRBY", 3, 3, incrby},
    {"INFO", 1, kMany, info},
    {"MGET", 2, kMany, mget},
    {"MSET", 3, kMany, mset},
    {"PERSIST", 2, 2, persist},
    {"PEXPIRE", 3, 3, pexpire},
    {"PING", 1, 2, ping, true},
    {"PTTL", 2, 2, pttl},
    {"PUBLISH", 3, 3, publish},
    {"QUIT", 1, 1, quit, true},
    {"SELECT", 2, 2, select},
    {"SET", 3, kMany, set},
    {"SHUTDOWN", 1, kMany, shutdown},
    {"SUBSCRIBE", 2, kMany, subscribe, true},
    {"TTL", 2, 2, ttl},
    {"UNSUBSCRIBE", 1, kMany, unsubscribe, true},
});
static_assert(std::ranges::is_sorted(kCommands, {}, &Command::name));

const Command* find_command(std::string_view name) {
  std::array<char, 16> upper;
  if (name.size() > upper.size()) return nullptr;
  std::ranges::transform(name, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const std::string_view wanted(upper.data(), name.size());
  const auto it = std::ranges::lower_bound(kCommands, wanted, {}, &Command::name);
  return it != kCommands.end() && it->name == wanted ? &*it : nullptr;
}

}  // namespace

void run_command(Call& call) {
  const Command* found = find_command(call.argument(0));
  if (found == nullptr) {
    return reply_error(call.out, fmt::format("ERR unknown command '{}'", shown(call.argument(0))));
  }
  if (call.request.size() < found->least || call.request.size() > found->most) {
    return reply_error(call.out,
                       fmt::format("ERR wrong number of arguments for '{}' command", lower_of(found->name)));
  }
  if (!call.subscriptions.topics().empty() && !found->for_subscribers) {
    return reply_error(call.out, fmt::format("ERR Can't execute '{}': only SUBSCRIBE / UNSUBSCRIBE / PING / QUIT are "
                                             "allowed in this context",
                                             lower_of(found->name)));
  }
  found->run(call);
}

}  // namespace mini_redis
