// SPDX-License-Identifier: MIT
// A bounded channel of two: the sender runs ahead by two and then waits for the receiver. Try it with 0.
#include <heddle/heddle.hpp>

#include <heddle/thread/park.hpp>
#include <heddle/thread/spawn.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace std::chrono_literals;
namespace hd = heddle;

int main(int argc, char** argv) {
  const std::size_t bound = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2;
  auto [tx, rx] = hd::mpsc::sync_channel<int>(bound);

  auto sender = hd::thread::spawn(
      [](hd::mpsc::Sender<int> numbers) {
        for (int i = 0; i < 5; ++i) {
          fmt::print("Sending {}\n", i);
          numbers.send(i).value();
          fmt::print("Sent {}\n", i);
        }
      },
      std::move(tx));

  hd::thread::sleep(500ms);
  for (int number : rx) {
    fmt::print("Received {}\n", number);
    hd::thread::sleep(200ms);
  }
  sender.join().value();
}
