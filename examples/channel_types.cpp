// SPDX-License-Identifier: MIT
// A thread sends words through an unbounded channel; the receiver's loop ends when the sender is gone.
#include <heddle/heddle.hpp>

#include <heddle/thread/park.hpp>
#include <heddle/thread/spawn.hpp>

#include <fmt/format.h>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
namespace hd = heddle;

int main() {
  auto [tx, rx] = hd::mpsc::channel<std::string>();

  auto sender = hd::thread::spawn(
      [](hd::mpsc::Sender<std::string> words) {
        for (const char* word : {"hello", "from", "the", "thread"}) {
          words.send(word).value();
          hd::thread::sleep(200ms);
        }
      },
      std::move(tx));

  while (auto word = rx.recv()) fmt::print("Got: {}\n", *word);
  sender.join().value();
}
