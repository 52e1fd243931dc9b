// SPDX-License-Identifier: MIT
// Simulation: what it plays, what it finds, and that it plays the same again.
#include <heddle/heddle.hpp>
#include <heddle/testing/simulation.hpp>

#include "support/bytes.hpp"
#include "support/processes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace heddle_test {

using namespace std::chrono_literals;
using heddle::net::TcpListener;
using heddle::net::TcpStream;
using heddle::testing::Faults;
using heddle::testing::Network;
using heddle::testing::Simulation;
using heddle::testing::SimulationFailed;

namespace {

constexpr const char* kAddress = "10.0.0.1:80";

heddle::Task<> echo(TcpStream stream) {
  std::array<std::byte, 64> buffer;
  for (;;) {
    const auto count = co_await stream.read(buffer);
    if (!count || *count == 0) co_return;
    const auto written = co_await stream.write_all(std::span(buffer).first(*count));
    if (!written) co_return;
  }
}

heddle::Task<> serve(TcpListener listener) {
  for (;;) {
    auto accepted = co_await listener.accept();
    if (accepted) heddle::task::spawn(echo(std::move(accepted->socket)));
  }
}

heddle::Async<std::string> ask(std::string question) {
  auto connected = co_await TcpStream::connect(kAddress);
  if (!connected) co_return "";
  TcpStream stream = std::move(connected).value();
  const auto written = co_await stream.write_all(std::as_bytes(std::span(question)));
  if (!written) co_return "";
  std::string answer(question.size(), '\0');
  const auto got = co_await heddle::io::read_exact(stream, std::as_writable_bytes(std::span(answer)));
  co_return got ? answer : "";
}

/// Runs `client(args…)` beside an echo server.
template <class Client, class... Args>
heddle::Async<> with_server(Client client, Args&... args) {
  auto listener = co_await TcpListener::bind(kAddress);
  while (!listener) listener = co_await TcpListener::bind(kAddress);  // out of descriptors
  static_cast<void>(heddle::task::spawn(serve(std::move(listener).value())));
  co_await client(args...);
}

heddle::Async<> say_hello(std::string& answer) { answer = co_await ask("hello"); }

/// What the simulation says of a program that says hello to the echo server.
std::string play_hello(Simulation& simulation) {
  std::string answer;
  simulation.run([&] { return with_server(say_hello, answer); });
  return answer;
}

std::string failure_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const SimulationFailed& failed) {
    return failed.what();
  }
  return "";
}

}  // namespace

TEST(Simulation, RunsAProgramThatKnowsNothingOfIt) {
  Simulation simulation(1);
  EXPECT_EQ(play_hello(simulation), "hello");
  EXPECT_EQ(simulation.connections(), 1U);
  EXPECT_EQ(simulation.bytes(), 10U);
  EXPECT_EQ(simulation.elapsed(), 0ns);
}

TEST(Simulation, GivesWhatTheProgramGives) {
  EXPECT_EQ(Simulation(1).run([]() -> heddle::Async<int> { co_return 42; }), 42);
}

TEST(Simulation, TimePassesAtOnce) {
  Simulation simulation(1);
  simulation.run([]() -> heddle::Async<> { co_await heddle::time::sleep(24h); });
  EXPECT_EQ(simulation.elapsed(), 24h);
}

TEST(Simulation, WhatIsSentTakesItsTime) {
  Simulation simulation(1);
  simulation.faults(Faults().delay(10ms, 10ms));
  EXPECT_EQ(play_hello(simulation), "hello");
  EXPECT_EQ(simulation.elapsed(), 40ms);  // there and back for the connection, and for the question
}

TEST(Simulation, NobodyListensAndTheConnectionIsRefused) {
  Simulation(1).run([]() -> heddle::Async<> {
    const auto stream = co_await TcpStream::connect(kAddress);
    EXPECT_EQ(stream.error().kind(), heddle::io::ErrorKind::kConnectionRefused);
  });
}

namespace {

struct Played {
  std::uint64_t trace;
  std::chrono::nanoseconds elapsed;
  bool operator==(const Played&) const = default;
};

heddle::Async<> many_questions() {
  std::vector<heddle::task::JoinHandle<void>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(heddle::task::spawn([]() -> heddle::Task<> {
      for (int k = 0; k < 5; ++k) static_cast<void>(co_await ask(std::string(200, 'x')));
    }));
  }
  for (auto& client : clients) {
    const auto ended = co_await std::move(client);
    EXPECT_TRUE(ended.has_value());
  }
}

Played play(std::uint64_t seed) {
  Simulation simulation(seed);
  simulation.faults(Faults::storm(seed)).run([] { return with_server(many_questions); });
  return {simulation.trace(), simulation.elapsed()};
}

}  // namespace

TEST(Simulation, TheSameSeedGivesTheSameRun) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_EQ(play(seed), play(seed)) << seed;
}

TEST(Simulation, AnotherSeedGivesAnotherRun) {
  std::set<std::uint64_t> traces;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) traces.insert(play(seed).trace);
  EXPECT_EQ(traces.size(), 20U);
}

namespace {

heddle::Task<> write_down(heddle::mpsc::Sender<char> log, char name) {
  EXPECT_TRUE(log.send(name).has_value());
  co_return;
}

heddle::Async<std::string> order_of_three() {
  auto [log, written] = heddle::mpsc::channel<char>();
  for (const char name : {'a', 'b', 'c'}) static_cast<void>(heddle::task::spawn(write_down(log.clone(), name)));
  std::string order;
  while (order.size() < 3) {
    const auto name = co_await written.recv_async();
    order += name.value();
  }
  co_return order;
}

}  // namespace

TEST(Simulation, ReadyTasksArePolledInEveryOrder) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) orders.insert(Simulation(seed).run(order_of_three));
  EXPECT_EQ(orders.size(), 6U);
}

TEST(Simulation, AFailureNamesItsSeedAndKeepsTheException) {
  const auto run = [] {
    Simulation(77).run([]() -> heddle::Async<> {
      throw std::runtime_error("broken");
      co_return;
    });
  };
  EXPECT_NE(failure_of(run).find("seed 77"), std::string::npos) << failure_of(run);
  EXPECT_NE(failure_of(run).find("broken"), std::string::npos) << failure_of(run);
  try {
    run();
    FAIL();
  } catch (const SimulationFailed& failed) {
    EXPECT_THROW(std::rethrow_if_nested(failed), std::runtime_error);
  }
}

TEST(Simulation, AProgramThatCanNeverEndFails) {
  const std::string why = failure_of([] {
    Simulation(1).run([]() -> heddle::Async<> {
      auto [sender, receiver] = heddle::oneshot::channel<int>();
      const auto never = co_await receiver;
      EXPECT_FALSE(never.has_value());
    });
  });
  EXPECT_NE(why.find("nothing can happen any more"), std::string::npos) << why;
}

TEST(Simulation, AProgramThatTakesTooLongFails) {
  const std::string why = failure_of([] {
    Simulation(1).time_limit(1h).run([]() -> heddle::Async<> {
      for (int i = 0; i >= 0; ++i) co_await heddle::time::sleep(1s);
    });
  });
  EXPECT_NE(why.find("the time limit has passed"), std::string::npos) << why;
}

TEST(Simulation, ADescriptorThatIsLeftOpenFails) {
  std::optional<TcpListener> kept;
  const std::string why = failure_of([&kept] {
    Simulation(1).run(
        [](std::optional<TcpListener>* keep) -> heddle::Async<> {
          auto listener = co_await TcpListener::bind(kAddress);
          keep->emplace(std::move(listener).value());
        },
        &kept);
  });
  EXPECT_NE(why.find("1 descriptors are open"), std::string::npos) << why;
}

TEST(Simulation, AFullTableOfDescriptorsIsAnError) {
  Simulation simulation(1);
  simulation.max_descriptors(1);
  simulation.run([]() -> heddle::Async<> {
    const auto listener = co_await TcpListener::bind(kAddress);
    EXPECT_TRUE(listener.has_value());
    const auto stream = co_await TcpStream::connect(kAddress);
    EXPECT_EQ(stream.error().kind(), heddle::io::ErrorKind::kTooManyOpenFiles);
  });
}

namespace {

/// Sends all of it before it reads any.
heddle::Async<> talk_first(const std::string& question, std::string& answer) {
  auto connected = co_await TcpStream::connect(kAddress);
  auto [reader, writer] = heddle::io::split(std::move(connected).value());
  answer.resize(question.size());
  auto [sent, received] =
      co_await heddle::join(heddle::io::write_all(writer, std::as_bytes(std::span(question))),
                            heddle::io::read_exact(reader, std::as_writable_bytes(std::span(answer))));
  EXPECT_TRUE(sent.has_value());
  EXPECT_TRUE(received.has_value());
}

heddle::Async<> bad_weather() {
  auto connected = co_await TcpStream::connect(kAddress);
  TcpStream stream = std::move(connected).value();
  const Network network;
  network.cut();
  const auto written = co_await stream.write_all(bytes_of("ping"));
  EXPECT_TRUE(written.has_value());
  std::array<std::byte, 4> buffer;
  const auto late = co_await heddle::time::timeout(1h, stream.read(buffer));
  EXPECT_FALSE(late.has_value());
  network.mend();
  const auto in_time = co_await heddle::time::timeout(1h, stream.read(buffer));
  EXPECT_TRUE(in_time.has_value());
  network.reset_all();
  const auto lost = co_await stream.read(buffer);
  EXPECT_EQ(lost.error().kind(), heddle::io::ErrorKind::kConnectionReset);
}

}  // namespace

TEST(Simulation, AWriterWaitsForRoom) {
  Simulation simulation(1);
  simulation.buffer(10).faults(Faults().delay(1ms, 1ms));
  const std::string question(1000, 'q');
  std::string answer;
  simulation.run([&] { return with_server(talk_first, question, answer); });
  EXPECT_EQ(answer, question);
}

TEST(Simulation, TheWeatherChangesWhileAProgramRuns) {
  Simulation simulation(1);
  simulation.run([] { return with_server(bad_weather); });
  EXPECT_EQ(simulation.resets(), 1U);
  EXPECT_EQ(simulation.elapsed(), 1h);
}

TEST(Simulation, OutsideOfOneThereIsNoNetwork) { EXPECT_THROW(Network(), std::logic_error); }

TEST(Simulation, ChildrenAreReapedWhenItIsOver) {
  // The thread that reaps serves the whole process, and must not listen to a simulation.
  Simulation(1).run([]() -> heddle::Async<> {
    const auto child = heddle::process::Command("true").spawn();
    EXPECT_FALSE(child.has_value());
    co_return;
  });
  std::uint32_t pid = 0;
  auto runtime = heddle::runtime::Builder::current_thread().build().value();
  runtime.block_on([](std::uint32_t& id) -> heddle::Async<> {
    const auto child = heddle::process::Command("true").spawn();
    id = child.value().id().value();
    co_return;
  }(pid));
  wait_until_reaped(pid);
}

TEST(Simulation, BlockingCallsRunOnRealThreads) {
  const int answer = Simulation(1).run([]() -> heddle::Async<int> {
    const auto result = co_await heddle::task::spawn_blocking([] { return 7; });
    co_return result.value();
  });
  EXPECT_EQ(answer, 7);
}

}  // namespace heddle_test
