// SPDX-License-Identifier: MIT
// A pipeline from a thread through tasks to a thread: one channel serves both worlds.
#include <heddle/heddle.hpp>

#include <heddle/thread/spawn.hpp>

#include <fmt/format.h>

#include <string>

namespace hd = heddle;

// A thread: it blocks while the channel is full.
void read_lines(hd::mpsc::Sender<std::string> lines) {
  for (const char* line : {"one fish", "two fish", "red fish", "blue fish"}) lines.send(line).value();
}

// A task: it gives its worker to others while it waits.
hd::Task<> count_letters(hd::mpsc::Receiver<std::string> lines, hd::mpsc::Sender<std::size_t> counts) {
  while (auto line = co_await lines.recv_async()) {
    if (!co_await counts.send_async(line->size())) co_return;
  }
}

// A thread again.
std::size_t add_up(hd::mpsc::Receiver<std::size_t> counts) {
  std::size_t total = 0;
  for (std::size_t count : counts) {
    fmt::print("{} letters\n", count);
    total += count;
  }
  return total;
}

int main() {
  auto runtime = hd::runtime::Runtime::make().value();
  auto [lines_tx, lines_rx] = hd::mpsc::sync_channel<std::string>(2);
  auto [counts_tx, counts_rx] = hd::mpsc::sync_channel<std::size_t>(2);
  auto reader = hd::thread::spawn(read_lines, std::move(lines_tx));
  auto counter = runtime.spawn(count_letters(std::move(lines_rx), std::move(counts_tx)));
  auto adder = hd::thread::spawn(add_up, std::move(counts_rx));
  fmt::print("{} in all\n", adder.join().value());
  reader.join().value();
}
