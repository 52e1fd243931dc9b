// SPDX-License-Identifier: MIT
#include <heddle/heddle.hpp>
#include <heddle/testing/simulation.hpp>

#include "support/bytes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
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
    if (accepted) heddle::task::spawn(echo(std::move(accepted->stream)));
  }
}

heddle::Async<std::string> ask(std::string question) {
  auto stream = (co_await TcpStream::connect(kAddress)).value();
  const auto written = co_await stream.write_all(std::as_bytes(std::span(question)));
  if (!written) co_return "";
  std::string answer(question.size(), '\0');
  const auto got = co_await heddle::io::read_exact(stream, std::as_writable_bytes(std::span(answer)));
  co_return got ? answer : "";
}

heddle::Async<> with_server(heddle::Async<> client) {
  auto listener = (co_await TcpListener::bind(kAddress)).value();
  const auto server = heddle::task::spawn(serve(std::move(listener)));
  co_await std::move(client);
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
  std::string answer;
  simulation.run(with_server([](std::string& got) -> heddle::Async<> { got = co_await ask("hello"); }(answer)));
  EXPECT_EQ(answer, "hello");
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
  std::string answer;
  simulation.run(with_server([](std::string& got) -> heddle::Async<> { got = co_await ask("hello"); }(answer)));
  EXPECT_EQ(answer, "hello");
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
      for (int k = 0; k < 5; ++k) {
        try {
          const auto answer = co_await ask(std::string(200, 'x'));
        } catch (const heddle::BadResultAccess&) {
        }
      }
    }));
  }
  for (auto& client : clients) {
    const auto ended = co_await std::move(client);
    EXPECT_TRUE(ended.has_value());
  }
}

Played play(std::uint64_t seed) {
  Simulation simulation(seed);
  simulation.faults(Faults::storm(seed)).run(with_server(many_questions()));
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

TEST(Simulation, ReadyTasksArePolledInEveryOrder) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::string order;
    Simulation(seed).run([](std::string& log) -> heddle::Async<> {
      std::vector<heddle::task::JoinHandle<void>> tasks;
      for (const char name : {'a', 'b', 'c'}) {
        tasks.push_back(heddle::task::spawn([](std::string* to, char letter) -> heddle::Task<> {
          to->push_back(letter);
          co_return;
        }(&log, name)));
      }
      for (auto& task : tasks) {
        const auto ended = co_await std::move(task);
        EXPECT_TRUE(ended.has_value());
      }
    }(order));
    orders.insert(order);
  }
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

TEST(Simulation, ADescriptorThatIsLeftOpenFails) {
  std::optional<TcpListener> kept;
  const std::string why = failure_of([&kept] {
    Simulation(1).run([](std::optional<TcpListener>* keep) -> heddle::Async<> {
      auto listener = co_await TcpListener::bind(kAddress);
      keep->emplace(std::move(listener).value());
    }(&kept));
  });
  EXPECT_NE(why.find("1 descriptors are open"), std::string::npos) << why;
}

TEST(Simulation, AFullTableOfDescriptorsIsAnError) {
  Simulation simulation(1);
  simulation.max_descriptors(1);
  simulation.run([]() -> heddle::Async<> {
    auto listener = (co_await TcpListener::bind(kAddress)).value();
    const auto stream = co_await TcpStream::connect(kAddress);
    EXPECT_EQ(stream.error().kind(), heddle::io::ErrorKind::kTooManyOpenFiles);
  });
}

TEST(Simulation, AWriterWaitsForRoom) {
  Simulation simulation(1);
  simulation.buffer(10).faults(Faults().delay(1ms, 1ms));
  std::string answer;
  const std::string question(1000, 'q');
  simulation.run(with_server([](std::string& got, std::string asked) -> heddle::Async<> {
    auto stream = (co_await TcpStream::connect(kAddress)).value();
    auto [reader, writer] = heddle::io::split(std::move(stream));
    got.resize(asked.size());
    auto [sent, received] =
        co_await heddle::join(heddle::io::write_all(writer, std::as_bytes(std::span(asked))),
                              heddle::io::read_exact(reader, std::as_writable_bytes(std::span(got))));
    EXPECT_TRUE(sent.has_value());
    EXPECT_TRUE(received.has_value());
  }(answer, question)));
  EXPECT_EQ(answer, question);
}

TEST(Simulation, TheWeatherChangesWhileAProgramRuns) {
  Simulation simulation(1);
  simulation.run(with_server([]() -> heddle::Async<> {
    auto stream = (co_await TcpStream::connect(kAddress)).value();
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
  }()));
  EXPECT_EQ(simulation.resets(), 1U);
}

TEST(Simulation, OutsideOfOneThereIsNoNetwork) { EXPECT_THROW(Network(), std::logic_error); }

TEST(Simulation, BlockingCallsRunOnRealThreads) {
  const int answer = Simulation(1).run([]() -> heddle::Async<int> {
    co_return (co_await heddle::task::spawn_blocking([] { return 7; })).value();
  });
  EXPECT_EQ(answer, 7);
}

}  // namespace heddle_test
