// SPDX-License-Identifier: MIT
// The echo server of the examples, as it is, in a storm: nothing is altered, nothing leaks, and when the storm is over
// everybody is served. HEDDLE_SIM_SEEDS and HEDDLE_SIM_CONNECTIONS make it as long as one likes.
#include <heddle/fmt.hpp>
#include <heddle/heddle.hpp>
#include <heddle/testing/simulation.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <unistd.h>

// All that it includes stands above.
namespace echo_server {
#include "../../examples/echo_server.cpp"
}

namespace heddle_test {

namespace hd = heddle;

using namespace std::chrono_literals;
using heddle::testing::Faults;
using heddle::testing::for_each_seed;
using heddle::testing::Network;
using heddle::testing::Simulation;

namespace {

constexpr const char* kAddress = "10.0.0.1:7";

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// The server says who comes and goes.
class Silence {
 public:
  Silence() : out_(::dup(STDOUT_FILENO)), err_(::dup(STDERR_FILENO)) {
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    std::fflush(nullptr);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::close(nowhere);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    std::fflush(nullptr);
    ::dup2(out_, STDOUT_FILENO);
    ::dup2(err_, STDERR_FILENO);
    ::close(out_);
    ::close(err_);
  }

 private:
  int out_;
  int err_;
};

hd::Task<> keep_serving() {
  for (;;) {
    const auto ended = co_await echo_server::serve(kAddress);
    EXPECT_FALSE(ended.has_value());  // no descriptor was free to listen with
    co_await hd::time::sleep(10ms);
  }
}

/// What one more client got: all of its answers, or an error on the way; never another answer.
hd::Task<bool> client(std::uint32_t number) {
  co_await hd::time::sleep(std::chrono::milliseconds(number * 7919 % 5000));
  auto connected = co_await hd::net::TcpStream::connect(kAddress);
  if (!connected) co_return false;
  hd::net::TcpStream stream = std::move(connected).value();
  for (std::uint32_t size : {1U, 100U, 3000U}) {
    std::string question(size, static_cast<char>('a' + number % 26));
    question.back() = '.';
    const auto sent = co_await stream.write_all(std::as_bytes(std::span(question)));
    if (!sent) co_return false;
    std::string answer(size, '\0');
    const auto got = co_await hd::io::read_exact(stream, std::as_writable_bytes(std::span(answer)));
    if (!got) co_return false;
    EXPECT_EQ(answer, question);
  }
  co_return true;
}

hd::Async<std::uint32_t> run_clients(std::uint32_t count) {
  hd::task::JoinSet<bool> clients;
  for (std::uint32_t i = 0; i < count; ++i) clients.spawn(client(i));
  std::uint32_t served = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto next = co_await clients.join_next();
    served += next->value() ? 1 : 0;
  }
  co_return served;
}

hd::Async<> storm_and_calm(std::uint32_t clients) {
  const Network network;
  network.set_max_descriptors(clients);  // half of what they need
  const auto server = hd::task::spawn(keep_serving());
  static_cast<void>(co_await run_clients(clients));
  network.set_max_descriptors(1000);
  network.set_faults(Faults());
  network.reset_all();
  co_await hd::time::sleep(1s);  // the listener waits for a descriptor
  const auto served = co_await run_clients(100);
  EXPECT_EQ(served, 100U);
}

}  // namespace

TEST(SimulatedEcho, TheServerOfTheExamplesStandsAStorm) {
  const std::uint64_t seeds = number_of("HEDDLE_SIM_SEEDS", 20);
  const auto clients = static_cast<std::uint32_t>(number_of("HEDDLE_SIM_CONNECTIONS", 200));
  std::uint64_t connections = 0;
  std::uint64_t resets = 0;
  {
    const Silence silence;
    for_each_seed(seeds, [&](Simulation& simulation) {
      simulation.time_limit(24h).run(storm_and_calm, clients);
      connections += simulation.connections();
      resets += simulation.resets();
    });
  }
  std::printf("%llu connections, %llu resets\n", static_cast<unsigned long long>(connections),
              static_cast<unsigned long long>(resets));
  EXPECT_GT(connections, seeds * 100);
  EXPECT_GT(resets, 0U);
}

}  // namespace heddle_test
