// SPDX-License-Identifier: MIT
// Channels: nanoseconds per message between tasks and between threads, beside a mutex with condition variables and, if
// it is installed, moodycamel's queue. Cases alternate within each round; medians are printed. CPU time, of all threads,
// is what to compare on a machine that does other work as well.
#include <heddle/channel/mpmc.hpp>
#include <heddle/runtime/runtime.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <ctime>
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

struct Cost {
  double wall;
  double cpu;
};

/// Nanoseconds since it was made.
class Stopwatch {
 public:
  [[nodiscard]] Cost per(std::uint64_t count) const {
    const double n = static_cast<double>(count);
    const double wall = std::chrono::duration<double, std::nano>(Clock::now() - start_).count();
    const double cpu = static_cast<double>(std::clock() - cpu_start_) * (1e9 / CLOCKS_PER_SEC);
    return {wall / n, cpu / n};
  }

 private:
  Clock::time_point start_ = Clock::now();
  std::clock_t cpu_start_ = std::clock();
};

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

Cost tasks(std::size_t workers, std::size_t producers, std::size_t bound, bool unbounded, std::uint64_t count) {
  auto runtime = runtime_of(workers);
  auto [tx, rx] = make(bound, unbounded);
  const Stopwatch watch;
  auto consumer = runtime.spawn(consume(std::move(rx)));
  for (std::size_t i = 0; i < producers; ++i) {
    static_cast<void>(runtime.spawn(produce(tx.clone(), count / producers)));
  }
  { const auto last = std::move(tx); }
  static_cast<void>(runtime.block_on(consumer));
  return watch.per(count);
}

Cost tasks_ping_pong(std::size_t workers, std::size_t bound, std::uint64_t count) {
  auto runtime = runtime_of(workers);
  auto [to_echo, from_caller] = hd::mpsc::sync_channel<Message>(bound);
  auto [to_caller, from_echo] = hd::mpsc::sync_channel<Message>(bound);
  const Stopwatch watch;
  static_cast<void>(runtime.spawn(echo(std::move(from_caller), std::move(to_caller))));
  static_cast<void>(runtime.block_on(runtime.spawn(call(std::move(to_echo), std::move(from_echo), count))));
  return watch.per(count);
}

// ---- Between threads

template <class Send, class Recv>
Cost threads(std::size_t producers, std::uint64_t count, Send send, Recv recv) {
  const Stopwatch watch;
  std::vector<std::thread> senders;
  for (std::size_t i = 0; i < producers; ++i) {
    senders.emplace_back([&] {
      for (std::uint64_t k = 0; k < count / producers; ++k) send(k);
    });
  }
  for (std::uint64_t k = 0; k < count / producers * producers; ++k) recv();
  for (auto& sender : senders) sender.join();
  return watch.per(count);
}

Cost heddle_threads(std::size_t producers, std::size_t bound, bool unbounded, std::uint64_t count) {
  auto [tx, rx] = make(bound, unbounded);
  return threads(producers, count, [&tx = tx](Message m) { static_cast<void>(tx.send(std::move(m))); },
                 [&rx = rx] { static_cast<void>(rx.recv()); });
}

Cost deque_threads(std::size_t producers, std::size_t bound, std::uint64_t count) {
  LockedDeque queue(bound);
  return threads(producers, count, [&](Message m) { queue.send(m); }, [&] { static_cast<void>(queue.recv()); });
}

#if defined(HEDDLE_BENCH_MOODYCAMEL)
Cost moodycamel_threads(std::size_t producers, std::uint64_t count) {
  moodycamel::BlockingConcurrentQueue<Message> queue;
  return threads(producers, count, [&](Message m) { queue.enqueue(m); },
                 [&] {
                   Message m = 0;
                   queue.wait_dequeue(m);
                 });
}
#endif

Cost heddle_ping_pong(std::size_t bound, std::uint64_t count) {
  auto [to_echo, from_caller] = hd::mpsc::sync_channel<Message>(bound);
  auto [to_caller, from_echo] = hd::mpsc::sync_channel<Message>(bound);
  std::thread echo_thread([&rx = from_caller, &tx = to_caller, count] {
    for (std::uint64_t i = 0; i < count; ++i) static_cast<void>(tx.send(*rx.recv()));
  });
  const Stopwatch watch;
  for (std::uint64_t i = 0; i < count; ++i) {
    static_cast<void>(to_echo.send(Message{i}));
    static_cast<void>(from_echo.recv());
  }
  const Cost result = watch.per(count);
  echo_thread.join();
  return result;
}

Cost deque_ping_pong(std::uint64_t count) {
  LockedDeque there(1), back(1);
  std::thread echo_thread([&] {
    for (std::uint64_t i = 0; i < count; ++i) back.send(there.recv());
  });
  const Stopwatch watch;
  for (std::uint64_t i = 0; i < count; ++i) {
    there.send(i);
    static_cast<void>(back.recv());
  }
  const Cost result = watch.per(count);
  echo_thread.join();
  return result;
}

// ---- The table

struct Case {
  std::string row;
  std::string who;
  std::function<Cost()> run;
  std::vector<double> wall;
  std::vector<double> cpu;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::vector<Case> all_cases(std::uint64_t n) {
  std::vector<Case> cases;
  const auto add = [&](std::string row, std::string who, std::function<Cost()> run) {
    cases.push_back({std::move(row), std::move(who), std::move(run), {}, {}});
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
    for (Case& each : cases) {
      const Cost cost = each.run();
      each.wall.push_back(cost.wall);
      each.cpu.push_back(cost.cpu);
    }
  }
  fmt::print("{:<28}{:<16}{:>12}{:>12}{:>10}\n", "row", "who", "wall ns", "cpu ns", "cpu ratio");
  std::string row;
  double ours = 0;
  for (const Case& each : cases) {
    const double cpu = median(each.cpu);
    if (row != each.row) ours = cpu;
    row = each.row;
    fmt::print("{:<28}{:<16}{:>12.1f}{:>12.1f}{:>10.2f}\n", each.row, each.who, median(each.wall), cpu, cpu / ours);
  }
}
