// SPDX-License-Identifier: MIT
// How many bytes a waiting task takes, with a timer and bare; a million at once.
#include "measure.hpp"

#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string_view>

namespace hd = heddle;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kTasks = 1'000'000;

std::size_t first_polls = 0;

hd::Task<> sleeping() {
  ++first_polls;
  co_await hd::time::sleep(10s);
}
hd::Task<> waiting() {
  ++first_polls;
  co_await hd::pending();
}

template <class Make>
void measure(std::string_view name, Make make) {
  auto builder = hd::runtime::Builder::current_thread();
  auto runtime = builder.start_paused().build().value();
  const std::size_t before = bench::resident_bytes();
  const auto start = std::chrono::steady_clock::now();
  runtime.block_on([](Make make_one) -> hd::Task<> {
    for (std::size_t i = 0; i < kTasks; ++i) static_cast<void>(hd::task::spawn(make_one()));
    // Until each was polled once.
    while (first_polls != kTasks) co_await hd::task::yield_now();
  }(make));
  const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - start;
  const std::size_t bytes = bench::resident_bytes() - before;
  fmt::print("{}: {} bytes and {} ns per task\n", name, bytes / kTasks, took.count() / static_cast<long>(kTasks));
}

}  // namespace

int main(int arguments, char**) {
  // One kind per process, so that none uses the other's memory again: with any argument, the bare one.
  if (arguments > 1) {
    measure("bare", [] { return waiting(); });
  } else {
    measure("with a timer", [] { return sleeping(); });
  }
}
