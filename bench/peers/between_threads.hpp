// SPDX-License-Identifier: MIT
// The rows of channels between threads, for any queue with push(value) and pop().
#pragma once

#include "../measure.hpp"

#include <cstdint>
#include <thread>
#include <vector>

namespace bench {

/// `width` threads that send, this one receives.
template <class Queue>
void between_threads(const Row& row, Queue& queue) {
  const Stopwatch watch;
  std::vector<std::thread> producers;
  for (std::size_t i = 0; i < row.width; ++i) {
    producers.emplace_back([&queue, count = row.count / row.width] {
      for (std::uint64_t k = 0; k < count; ++k) queue.push(k);
    });
  }
  for (std::uint64_t k = 0; k < row.count; ++k) static_cast<void>(queue.pop());
  for (auto& producer : producers) producer.join();
  watch.print(row.count);
}

/// A message there and back.
template <class Queue>
void ping_pong(std::uint64_t count, Queue& there, Queue& back) {
  const Stopwatch watch;
  std::thread echo([&] {
    for (std::uint64_t i = 0; i < count; ++i) back.push(there.pop() + 1);
  });
  for (std::uint64_t i = 0; i < count; ++i) {
    there.push(i);
    check(back.pop() == i + 1);
  }
  echo.join();
  watch.print(count);
}

}  // namespace bench
