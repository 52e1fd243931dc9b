// SPDX-License-Identifier: MIT
// A token bucket: an interval puts permits into a semaphore, and each request takes one. Runs in paused time.
#include <heddle/heddle.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace hd = heddle;
using namespace std::chrono_literals;

constexpr std::size_t kBurst = 3;

// One token per period, as long as the bucket has room: who comes after a quiet time gets a burst, and no more.
hd::Task<> refill(hd::Arc<hd::async::Semaphore> bucket, std::chrono::milliseconds period) {
  auto ticks = hd::time::interval_at(hd::time::Instant::now() + period, period);
  ticks.set_missed_tick_behavior(hd::time::MissedTickBehavior::kDelay);
  for (;;) {
    co_await ticks.tick();
    if (bucket->available_permits() < kBurst) bucket->add_permits(1);
  }
}

hd::Task<> request(hd::Arc<hd::async::Semaphore> bucket, int number, hd::time::Instant start) {
  auto token = (co_await bucket->acquire()).value();
  std::move(token).forget();  // used up: only the interval brings a new one
  const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(start.elapsed());
  fmt::print("{:4} ms: request {}\n", waited.count(), number);
}

hd::Task<> app() {
  hd::time::pause();  // for the example: the seconds below take no time
  const auto start = hd::time::Instant::now();
  auto bucket = hd::Arc<hd::async::Semaphore>::make(kBurst);
  auto refiller = hd::task::spawn(refill(bucket.clone(), 200ms));

  fmt::print("six requests at once\n");
  std::vector<hd::task::JoinHandle<void>> requests;
  for (int i = 1; i <= 6; ++i) requests.push_back(hd::task::spawn(request(bucket.clone(), i, start)));
  for (auto& done : requests) (co_await done).value();

  fmt::print("five more after a quiet time\n");
  co_await hd::time::sleep(10s);
  requests.clear();
  for (int i = 7; i <= 11; ++i) requests.push_back(hd::task::spawn(request(bucket.clone(), i, start)));
  for (auto& done : requests) (co_await done).value();

  refiller.abort();
}

int main() {
  auto runtime = hd::runtime::Builder::current_thread().build().value();
  runtime.block_on(app());
}
