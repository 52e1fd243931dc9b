// SPDX-License-Identifier: MIT
// How many bytes a waiting task takes, with a timer and bare; a million at once.
#include "measure.hpp"

#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace hd = heddle;
using namespace std::chrono_literals;

namespace {

std::uint64_t first_polls = 0;

hd::Task<> sleeping() {
  ++first_polls;
  co_await hd::time::sleep(10s);
}
hd::Task<> waiting() {
  ++first_polls;
  co_await hd::pending();
}

template <class Make>
void measure(std::uint64_t count, Make make) {
  // One thread that keeps time itself: no task wakes while they are counted.
  auto runtime = hd::runtime::Builder::current_thread().start_paused().build().value();
  const std::size_t before = bench::resident_bytes();
  runtime.block_on([](std::uint64_t tasks, Make make_one) -> hd::Task<> {
    for (std::uint64_t i = 0; i < tasks; ++i) hd::task::spawn(make_one());
    // Until each was polled once.
    while (first_polls != tasks) co_await hd::task::yield_now();
  }(count, make));
  bench::print_bytes(bench::resident_bytes() - before, count);
}

}  // namespace

int main(int argc, char** argv) {
  // One kind per process, so that none uses the other's memory again.
  const bench::Row row = bench::row_of(argc, argv);
  if (row.kind == "alive-sleeping") {
    measure(row.count, [] { return sleeping(); });
  } else if (row.kind == "alive") {
    measure(row.count, [] { return waiting(); });
  } else {
    bench::unknown(row);
  }
}
