// SPDX-License-Identifier: MIT
// The C++ standard library: the textbook channel (a mutex and two condition variables), std::mutex, std::thread; and
// pthread's spin lock.
#include "between_threads.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

#include <pthread.h>

namespace {

class LockedDeque {
 public:
  explicit LockedDeque(std::size_t bound) : bound_(bound) {}

  void push(std::uint64_t message) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [&] { return messages_.size() < bound_; });
    messages_.push_back(message);
    lock.unlock();
    not_empty_.notify_one();
  }
  std::uint64_t pop() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [&] { return !messages_.empty(); });
    const std::uint64_t message = messages_.front();
    messages_.pop_front();
    lock.unlock();
    not_full_.notify_one();
    return message;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_full_, not_empty_;
  std::deque<std::uint64_t> messages_;
  std::size_t bound_;
};

class Spin {
 public:
  Spin() { pthread_spin_init(&lock_, PTHREAD_PROCESS_PRIVATE); }
  void lock() { pthread_spin_lock(&lock_); }
  void unlock() { pthread_spin_unlock(&lock_); }

 private:
  pthread_spinlock_t lock_{};
};

template <class Mutex>
void add(const bench::Row& row) {
  // A process that never had a second thread would get a lock without atomics.
  std::thread([] {}).join();
  Mutex mutex;
  std::uint64_t sum = 0;
  const auto add = [&] {
    for (std::uint64_t i = 0; i < row.count / row.width; ++i) {
      const std::lock_guard guard(mutex);
      ++sum;
      asm volatile("" ::: "memory");
    }
  };
  const bench::Stopwatch watch;
  if (row.width == 1) {
    add();
  } else {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < row.width; ++i) threads.emplace_back(add);
  }
  bench::check(sum == row.count);
  watch.print(row.count);
}

void spawn_one(std::uint64_t count) {
  std::uint64_t sum = 0;
  const bench::Stopwatch watch;
  for (std::uint64_t i = 0; i < count; ++i) std::thread([&sum] { ++sum; }).join();
  bench::check(sum == count);
  watch.print(count);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Row row = bench::row_of(argc, argv);
  if (row.workers != 0) bench::unknown(row);
  if (row.kind == "bounded" || row.kind == "unbounded") {
    LockedDeque queue(row.kind == "bounded" ? 1024 : ~std::size_t{0});
    bench::between_threads(row, queue);
  } else if (row.kind == "ping-pong") {
    LockedDeque there(1), back(1);
    bench::ping_pong(row.count, there, back);
  } else if (row.kind == "mutex") {
    add<std::mutex>(row);
  } else if (row.kind == "spin") {
    add<Spin>(row);
  } else if (row.kind == "spawn-one") {
    spawn_one(row.count);
  } else {
    bench::unknown(row);
  }
}
