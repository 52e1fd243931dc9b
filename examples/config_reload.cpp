// SPDX-License-Identifier: MIT
// A task follows a configuration that is changed while it runs: watch tells it, and it always sees the latest.
#include <heddle/heddle.hpp>

#include <fmt/format.h>

#include <string>
#include <utility>

namespace hd = heddle;

struct Config {
  int version = 1;
  std::string greeting = "hello";
};

hd::Task<> serve(hd::watch::Receiver<Config> config, hd::Arc<hd::async::Notify> reloaded) {
  do {
    {
      auto current = config.borrow_and_update();  // a lock: let go of it before the next await
      fmt::print("serving version {}: {}\n", current->version, current->greeting);
    }
    reloaded->notify_one();
  } while (co_await config.changed());
  fmt::print("nobody can change the configuration any more\n");
}

hd::Task<> app() {
  auto [config, receiver] = hd::watch::channel(Config());
  auto reloaded = hd::Arc<hd::async::Notify>::make();
  auto server = hd::task::spawn(serve(std::move(receiver), reloaded.clone()));
  co_await reloaded->notified();

  config.send_modify([](Config& c) {
    ++c.version;
    c.greeting = "good morning";
  });
  co_await reloaded->notified();

  const bool told = config.send_if_modified([](Config& c) {
    if (c.greeting == "good morning") return false;
    c.greeting = "good morning";
    return true;
  });
  fmt::print("the same greeting again is {}\n", told ? "a change" : "no change");

  const Config last = config.send_replace(Config(3, "good night"));
  fmt::print("version {} is replaced\n", last.version);
  co_await reloaded->notified();

  { const auto dropped = std::move(config); }
  (co_await server).value();
}

int main() { return hd::main(app); }
