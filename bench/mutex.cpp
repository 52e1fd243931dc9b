// SPDX-License-Identifier: MIT
// A lock and unlock: of async::Mutex by tasks and, with 0 workers, of sync::Mutex by threads. The width is their number.
#include "measure.hpp"

#include <heddle/async/mutex.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/sync/arc.hpp>
#include <heddle/sync/mutex.hpp>

#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using AsyncMutex = hd::async::Mutex<std::uint64_t>;

hd::Task<> add(hd::Arc<AsyncMutex> mutex, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) ++*co_await mutex->lock();
}

hd::Task<> tasks(bench::Row row) {
  auto mutex = hd::Arc<AsyncMutex>::make(std::uint64_t{0});
  const bench::Stopwatch watch;
  if (row.width == 1) {
    co_await add(mutex.clone(), row.count);
  } else {
    std::vector<hd::task::JoinHandle<void>> handles;
    for (std::size_t i = 0; i < row.width; ++i) {
      handles.push_back(hd::task::spawn(add(mutex.clone(), row.count / row.width)));
    }
    for (auto& handle : handles) static_cast<void>(co_await handle);
  }
  bench::check(*co_await mutex->lock() == row.count);
  watch.print(row.count);
}

void threads(const bench::Row& row) {
  const hd::Mutex<std::uint64_t> mutex(std::uint64_t{0});
  const auto add = [&mutex, count = row.count / row.width] {
    for (std::uint64_t i = 0; i < count; ++i) ++*mutex.lock().value();
  };
  const bench::Stopwatch watch;
  if (row.width == 1) {
    add();
  } else {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < row.width; ++i) workers.emplace_back(add);
  }
  bench::check(*mutex.lock().value() == row.count);
  watch.print(row.count);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Row row = bench::row_of(argc, argv);
  if (row.kind != "mutex") bench::unknown(row);
  if (row.workers == 0) {
    threads(row);
    return 0;
  }
  auto runtime = hd::runtime::Builder::multi_thread().worker_threads(row.workers).build().value();
  auto task = runtime.spawn(tasks(row));
  return runtime.block_on(task).has_value() ? 0 : 1;
}
