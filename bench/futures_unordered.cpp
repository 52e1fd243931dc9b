// SPDX-License-Identifier: MIT
// What a wake of one member costs in a set of 10 to 100,000 futures; and what it costs where all are polled.
#include "measure.hpp"

#include <heddle/base/random.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/futures_unordered.hpp>
#include <heddle/future/join.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace hd = heddle;

namespace {

/// Leaves its waker to the benchmark.
class Waits {
 public:
  using Output = int;
  explicit Waits(hd::Waker& waker) noexcept : waker_(&waker) {}
  hd::Poll<int> poll(hd::Context& cx) {
    if (!waker_->will_wake(cx.waker())) *waker_ = cx.waker().clone();
    return hd::Pending;
  }

 private:
  hd::Waker* waker_;
};

/// Wakes `hot` of the members: with few, what is left is the cost of the wake; with all, that of the caches' misses too.
void wake_members(std::size_t members, std::size_t hot, int wakes) {
  std::vector<hd::Waker> wakers(members);
  hd::FuturesUnordered<Waits> set;
  for (hd::Waker& waker : wakers) set.push(Waits(waker));
  const hd::Waker nobody;
  hd::Context cx(nobody, hd::Context::kUnlimited);
  static_cast<void>(set.poll_next(cx));
  hd::base::FastRandom random(1);
  bench::report(fmt::format("unordered: wake one of {} of {} members", hot, members), static_cast<std::size_t>(wakes), [&] {
    for (int i = 0; i < wakes; ++i) {
      wakers[random.below(static_cast<std::uint32_t>(hot))].wake_by_ref();
      static_cast<void>(set.poll_next(cx));
    }
  });
}

void poll_all(std::size_t members, int wakes) {
  std::vector<hd::Waker> wakers(members);
  std::vector<Waits> futures;
  for (hd::Waker& waker : wakers) futures.push_back(Waits(waker));
  auto all = hd::join_all(std::move(futures));
  const hd::Waker nobody;
  hd::Context cx(nobody, hd::Context::kUnlimited);
  bench::report(fmt::format("join_all: wake and poll, {} members", members), static_cast<std::size_t>(wakes), [&] {
    for (int i = 0; i < wakes; ++i) static_cast<void>(all.poll(cx));
  });
}

void push_and_take(std::size_t members) {
  bench::report(fmt::format("unordered: push and take, {} members", members), members, [&] {
    hd::FuturesUnordered<hd::future::ReadyFuture<int>> set;
    for (std::size_t i = 0; i < members; ++i) set.push(hd::ready(1));
    const hd::Waker nobody;
    hd::Context cx(nobody, hd::Context::kUnlimited);
    while (!set.is_empty()) static_cast<void>(set.poll_next(cx));
  });
}

}  // namespace

int main() {
  for (const std::size_t members : {10U, 100U, 1'000U, 10'000U, 100'000U}) wake_members(members, 10, 1'000'000);
  for (const std::size_t members : {100U, 1'000U, 10'000U, 100'000U}) wake_members(members, members, 1'000'000);
  for (const std::size_t members : {10U, 100U, 1'000U, 10'000U}) {
    poll_all(members, static_cast<int>(10'000'000 / members));
  }
  push_and_take(100'000);
}
