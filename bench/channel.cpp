// SPDX-License-Identifier: MIT
// Channels between tasks and, with 0 workers, between threads: bounded (1,024 messages), unbounded, rendezvous, and
// ping-pong over two channels of 1. The width is the number of producers.
#include "measure.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/runtime/runtime.hpp>

#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using Message = std::uint64_t;
using Tx = hd::mpsc::Sender<Message>;
using Rx = hd::mpsc::Receiver<Message>;

hd::mpsc::Channel<Message> make(const bench::Row& row) {
  if (row.kind == "bounded") return hd::mpsc::sync_channel<Message>(1024);
  if (row.kind == "unbounded") return hd::mpsc::channel<Message>();
  if (row.kind == "rendezvous") return hd::mpsc::sync_channel<Message>(0);
  bench::unknown(row);
}

// ---- Between tasks

hd::Task<> produce(Tx tx, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) static_cast<void>(co_await tx.send_async(Message{i}));
}

hd::Task<std::uint64_t> consume(Rx rx) {
  std::uint64_t count = 0;
  while (co_await rx.recv_async()) ++count;
  co_return count;
}

hd::Task<> tasks(bench::Row row) {
  auto [tx, rx] = make(row);
  const bench::Stopwatch watch;
  for (std::size_t i = 0; i < row.width; ++i) hd::task::spawn(produce(tx.clone(), row.count / row.width));
  { const auto last = std::move(tx); }
  bench::check(co_await consume(std::move(rx)) == row.count);
  watch.print(row.count);
}

hd::Task<> echo(Rx in, Tx out) {
  while (auto message = co_await in.recv_async()) static_cast<void>(co_await out.send_async(*message + 1));
}

hd::Task<> tasks_ping_pong(std::uint64_t count) {
  auto [there, echo_in] = hd::mpsc::sync_channel<Message>(1);
  auto [echo_out, back] = hd::mpsc::sync_channel<Message>(1);
  const bench::Stopwatch watch;
  hd::task::spawn(echo(std::move(echo_in), std::move(echo_out)));
  for (std::uint64_t i = 0; i < count; ++i) {
    static_cast<void>(co_await there.send_async(Message{i}));
    const auto answer = co_await back.recv_async();
    bench::check(answer == i + 1);
  }
  watch.print(count);
}

// ---- Between threads

void threads(const bench::Row& row) {
  auto [tx, rx] = make(row);
  const bench::Stopwatch watch;
  std::vector<std::thread> producers;
  for (std::size_t i = 0; i < row.width; ++i) {
    producers.emplace_back([tx = tx.clone(), count = row.count / row.width] {
      for (std::uint64_t k = 0; k < count; ++k) static_cast<void>(tx.send(Message{k}));
    });
  }
  { const auto last = std::move(tx); }
  std::uint64_t count = 0;
  while (rx.recv()) ++count;
  bench::check(count == row.count);
  for (auto& producer : producers) producer.join();
  watch.print(row.count);
}

void threads_ping_pong(std::uint64_t count) {
  auto [there, echo_in] = hd::mpsc::sync_channel<Message>(1);
  auto [echo_out, back] = hd::mpsc::sync_channel<Message>(1);
  const bench::Stopwatch watch;
  std::thread echo([in = std::move(echo_in), out = std::move(echo_out)] {
    while (auto message = in.recv()) static_cast<void>(out.send(*message + 1));
  });
  {
    const auto to_echo = std::move(there);
    for (std::uint64_t i = 0; i < count; ++i) {
      static_cast<void>(to_echo.send(Message{i}));
      bench::check(back.recv() == i + 1);
    }
  }
  echo.join();
  watch.print(count);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Row row = bench::row_of(argc, argv);
  const bool ping_pong = row.kind == "ping-pong";
  if (row.workers == 0) {
    ping_pong ? threads_ping_pong(row.count) : threads(row);
    return 0;
  }
  auto runtime = hd::runtime::Builder::multi_thread().worker_threads(row.workers).build().value();
  // By a task, as in all rows: one that is not a worker itself would have to be woken from sleep.
  auto task = runtime.spawn(ping_pong ? tasks_ping_pong(row.count) : tasks(row));
  return runtime.block_on(task).has_value() ? 0 : 1;
}
