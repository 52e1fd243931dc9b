// SPDX-License-Identifier: MIT
// Channels: nanoseconds per message between tasks and between threads, beside a mutex with condition variables and, if
// it is installed, moodycamel's queue. Cases alternate within each round; medians are printed.
#include <heddle/channel/mpmc.hpp>
#include <heddle/runtime/runtime.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#if __has_include(<concurrentqueue/blockingconcurrentqueue.h>)
#include <concurrentqueue/blockingconcurrentqueue.h>
#define HEDDLE_BENCH_MOODYCAMEL 1
#endif

namespace {

namespace hd = heddle;
using Message = std::uint64_t;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBound = 1024;

double ns_per(Clock::time_point start, std::uint64_t count) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count() / static_cast<double>(count);
}

// ---- The textbook channel, to compare with.

class LockedDeque {
 public:
  explicit LockedDeque(std::size_t bound) : bound_(bound) {}

  void send(Message message) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [&] { return messages_.size() < bound_; });
    messages_.push_back(message);
    lock.unlock();
    not_empty_.notify_one();
  }
  Message recv() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [&] { return !messages_.empty(); });
    const Message message = messages_.front();
    messages_.pop_front();
    lock.unlock();
    not_full_.notify_one();
    return message;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_full_, not_empty_;
  std::deque<Message> messages_;
  std::size_t bound_;
};

// ---- Between tasks

hd::Task<> produce(hd::mpsc::Sender<Message> tx, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) static_cast<void>(co_await tx.send_async(Message{i}));
}

hd::Task<std::uint64_t> consume(hd::mpsc::Receiver<Message> rx) {
  std::uint64_t count = 0;
  while (auto message = co_await rx.recv_async()) ++count;
  co_return count;
}

hd::Task<> echo(hd::mpsc::Receiver<Message> in, hd::mpsc::Sender<Message> out) {
  while (auto message = co_await in.recv_async()) static_cast<void>(co_await out.send_async(*message + 1));
}

hd::Task<> call(hd::mpsc::Sender<Message> out, hd::mpsc::Receiver<Message> in, std::uint64_t rounds) {
  for (std::uint64_t i = 0; i < rounds; ++i) {
    static_cast<void>(co_await out.send_async(Message{i}));
    static_cast<void>(co_await in.recv_async());
  }
}

hd::mpsc::Channel<Message> make(std::size_t bound, bool unbounded) {
  if (unbounded) return hd::mpsc::channel<Message>();
  return hd::mpsc::sync_channel<Message>(bound);
}

hd::runtime::Runtime runtime_of(std::size_t workers) {
  return hd::runtime::Builder::multi_thread().worker_threads(workers).build().value();
}

double tasks(std::size_t workers, std::size_t producers, std::size_t bound, bool unbounded, std::uint64_t count) {
  auto runtime = runtime_of(workers);
  auto [tx, rx] = make(bound, unbounded);
  const auto start = Clock::now();
  auto consumer = runtime.spawn(consume(std::move(rx)));
  for (std::size_t i = 0; i < producers; ++i) {
    static_cast<void>(runtime.spawn(produce(tx.clone(), count / producers)));
  }
  { const auto last = std::move(tx); }
  static_cast<void>(runtime.block_on(consumer));
  return ns_per(start, count);
}

double tasks_ping_pong(std::size_t workers, std::size_t bound, std::uint64_t count) {
  auto runtime = runtime_of(workers);
  auto [to_echo, from_caller] = hd::mpsc::sync_channel<Message>(bound);
  auto [to_caller, from_echo] = hd::mpsc::sync_channel<Message>(bound);
  const auto start = Clock::now();
  static_cast<void>(runtime.spawn(echo(std::move(from_caller), std::move(to_caller))));
  static_cast<void>(runtime.block_on(runtime.spawn(call(std::move(to_echo), std::move(from_echo), count))));
  return ns_per(start, count);
}

// ---- Between threads

template <class Send, class Recv>
double threads(std::size_t producers, std::uint64_t count, Send send, Recv recv) {
  const auto start = Clock::now();
  std::vector<std::thread> senders;
  for (std::size_t i = 0; i < producers; ++i) {
    senders.emplace_back([&] {
      for (std::uint64_t k = 0; k < count / producers; ++k) send(k);
    });
  }
  for (std::uint64_t k = 0; k < count / producers * producers; ++k) recv();
  for (auto& sender : senders) sender.join();
  return ns_per(start, count);
}

double heddle_threads(std::size_t producers, std::size_t bound, bool unbounded, std::uint64_t count) {
  auto [tx, rx] = make(bound, unbounded);
  return threads(producers, count, [&tx = tx](Message m) { static_cast<void>(tx.send(std::move(m))); },
                 [&rx = rx] { static_cast<void>(rx.recv()); });
}

double deque_threads(std::size_t producers, std::size_t bound, std::uint64_t count) {
  LockedDeque queue(bound);
  return threads(producers, count, [&](Message m) { queue.send(m); }, [&] { static_cast<void>(queue.recv()); });
}

#if defined(HEDDLE_BENCH_MOODYCAMEL)
double moodycamel_threads(std::size_t producers, std::uint64_t count) {
  moodycamel::BlockingConcurrentQueue<Message> queue;
  return threads(producers, count, [&](Message m) { queue.enqueue(m); },
                 [&] {
                   Message m = 0;
                   queue.wait_dequeue(m);
                 });
}
#endif

double heddle_ping_pong(std::size_t bound, std::uint64_t count) {
  auto [to_echo, from_caller] = hd::mpsc::sync_channel<Message>(bound);
  auto [to_caller, from_echo] = hd::mpsc::sync_channel<Message>(bound);
  std::thread echo_thread([&rx = from_caller, &tx = to_caller, count] {
    for (std::uint64_t i = 0; i < count; ++i) static_cast<void>(tx.send(*rx.recv()));
  });
  const auto start = Clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    static_cast<void>(to_echo.send(Message{i}));
    static_cast<void>(from_echo.recv());
  }
  const double result = ns_per(start, count);
  echo_thread.join();
  return result;
}

double deque_ping_pong(std::uint64_t count) {
  LockedDeque there(1), back(1);
  std::thread echo_thread([&] {
    for (std::uint64_t i = 0; i < count; ++i) back.send(there.recv());
  });
  const auto start = Clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    there.send(i);
    static_cast<void>(back.recv());
  }
  const double result = ns_per(start, count);
  echo_thread.join();
  return result;
}

// ---- The table

struct Case {
  std::string row;
  std::string who;
  std::function<double()> run;
  std::vector<double> results;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::vector<Case> all_cases(std::uint64_t n) {
  std::vector<Case> cases;
  const auto add = [&](std::string row, std::string who, std::function<double()> run) {
    cases.push_back({std::move(row), std::move(who), std::move(run), {}});
  };
  for (const std::size_t workers : {1U, 2U}) {
    for (const std::size_t producers : {1U, 4U}) {
      const auto row = [&](const char* kind) { return fmt::format("tasks {} {}p {}w", kind, producers, workers); };
      add(row("bounded"), "heddle", [=] { return tasks(workers, producers, kBound, false, n); });
      add(row("unbounded"), "heddle", [=] { return tasks(workers, producers, 0, true, n); });
      add(row("rendezvous"), "heddle", [=] { return tasks(workers, producers, 0, false, n / 8); });
    }
    add(fmt::format("tasks ping-pong {}w", workers), "heddle", [=] { return tasks_ping_pong(workers, 1, n / 8); });
  }
  for (const std::size_t producers : {1U, 4U}) {
    const auto row = [&](const char* kind) { return fmt::format("threads {} {}p", kind, producers); };
    add(row("bounded"), "heddle", [=] { return heddle_threads(producers, kBound, false, n); });
    add(row("bounded"), "mutex+condvar", [=] { return deque_threads(producers, kBound, n / 4); });
    add(row("unbounded"), "heddle", [=] { return heddle_threads(producers, 0, true, n); });
    add(row("unbounded"), "mutex+condvar", [=] { return deque_threads(producers, ~std::size_t{0}, n / 4); });
#if defined(HEDDLE_BENCH_MOODYCAMEL)
    add(row("unbounded"), "moodycamel", [=] { return moodycamel_threads(producers, n); });
#endif
    add(row("rendezvous"), "heddle", [=] { return heddle_threads(producers, 0, false, n / 64); });
  }
  add("threads ping-pong", "heddle", [=] { return heddle_ping_pong(1, n / 64); });
  add("threads ping-pong", "mutex+condvar", [=] { return deque_ping_pong(n / 64); });
  return cases;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Channels between tasks and between threads");
  std::uint64_t messages = 2'000'000;
  int rounds = 5;
  std::string only;
  app.add_option("--messages", messages, "Messages per run of a case");
  app.add_option("--rounds", rounds, "Runs of each case, alternating");
  app.add_option("--only", only, "Part of a row's name");
  CLI11_PARSE(app, argc, argv);

  auto cases = all_cases(messages);
  std::erase_if(cases, [&](const Case& each) { return each.row.find(only) == std::string::npos; });
  for (int round = 0; round < rounds; ++round) {
    for (Case& each : cases) each.results.push_back(each.run());
  }
  fmt::print("{:<28}{:<16}{:>12}{:>10}\n", "row", "who", "ns/message", "ratio");
  std::string row;
  double ours = 0;
  for (const Case& each : cases) {
    const double result = median(each.results);
    if (row != each.row) ours = result;
    row = each.row;
    fmt::print("{:<28}{:<16}{:>12.1f}{:>10.2f}\n", each.row, each.who, result, result / ours);
  }
}
