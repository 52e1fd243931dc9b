// SPDX-License-Identifier: MIT
// A wake, and the poll that follows, of a set of futures that is WIDTH members large.
//
//   few     of one of ten members, whatever the width: what a wake costs
//   any     of any member: and what the caches' misses cost
//   all     of join_all, which polls every member
//   push    a member pushed, and its result taken
#include "measure.hpp"

#include <heddle/base/random.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/futures_unordered.hpp>
#include <heddle/future/join.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;

/// Leaves its waker to the benchmark, and counts polls.
class Waits {
 public:
  using Output = int;
  Waits(hd::Waker& waker, std::uint64_t& polls) noexcept : waker_(&waker), polls_(&polls) {}
  hd::Poll<int> poll(hd::Context& cx) {
    ++*polls_;
    if (!waker_->will_wake(cx.waker())) *waker_ = cx.waker().clone();
    return hd::Pending;
  }

 private:
  hd::Waker* waker_;
  std::uint64_t* polls_;
};

void wake(const bench::Row& row, std::size_t hot) {
  std::uint64_t polls = 0;
  std::vector<hd::Waker> wakers(row.width);
  hd::FuturesUnordered<Waits> set;
  for (hd::Waker& waker : wakers) set.push(Waits(waker, polls));
  const hd::Waker nobody;
  hd::Context cx(nobody, hd::Context::kUnlimited);
  static_cast<void>(set.poll_next(cx));
  hd::base::FastRandom random(1);
  const bench::Stopwatch watch;
  for (std::uint64_t i = 0; i < row.count; ++i) {
    wakers[random.below(static_cast<std::uint32_t>(hot))].wake_by_ref();
    static_cast<void>(set.poll_next(cx));
  }
  bench::check(polls == row.width + row.count);
  watch.print(row.count);
}

void poll_all(const bench::Row& row) {
  std::uint64_t polls = 0;
  std::vector<hd::Waker> wakers(row.width);
  std::vector<Waits> futures;
  for (hd::Waker& waker : wakers) futures.emplace_back(waker, polls);
  auto all = hd::join_all(std::move(futures));
  const hd::Waker nobody;
  hd::Context cx(nobody, hd::Context::kUnlimited);
  const bench::Stopwatch watch;
  for (std::uint64_t i = 0; i < row.count; ++i) static_cast<void>(all.poll(cx));
  bench::check(polls == row.width * row.count);
  watch.print(row.count);
}

void push_and_take(const bench::Row& row) {
  std::uint64_t taken = 0;
  const hd::Waker nobody;
  hd::Context cx(nobody, hd::Context::kUnlimited);
  const bench::Stopwatch watch;
  hd::FuturesUnordered<hd::future::ReadyFuture<int>> set;
  while (taken < row.count) {
    for (std::size_t i = 0; i < row.width; ++i) set.push(hd::ready(1));
    for (; !set.is_empty(); ++taken) static_cast<void>(set.poll_next(cx));
  }
  bench::check(taken >= row.count);
  watch.print(taken);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Row row = bench::row_of(argc, argv);
  if (row.kind == "few") {
    wake(row, std::min<std::size_t>(row.width, 10));
  } else if (row.kind == "any") {
    wake(row, row.width);
  } else if (row.kind == "all") {
    poll_all(row);
  } else if (row.kind == "push") {
    push_and_take(row);
  } else {
    bench::unknown(row);
  }
}
