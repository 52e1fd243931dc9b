// SPDX-License-Identifier: MIT
// Four threads share the jobs of one mpmc channel, and each answers through the reply channel that came with the job.
#include <heddle/heddle.hpp>

#include <heddle/thread/spawn.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace hd = heddle;

struct Job {
  std::uint64_t number;
  hd::mpsc::Sender<std::pair<std::uint64_t, bool>> reply;
};

bool is_prime(std::uint64_t number) {
  for (std::uint64_t divisor = 2; divisor * divisor <= number; ++divisor) {
    if (number % divisor == 0) return false;
  }
  return number > 1;
}

void work(hd::mpmc::Receiver<Job> jobs) {
  for (Job& job : jobs) job.reply.send({job.number, is_prime(job.number)}).value();
}

int main() {
  auto [jobs_tx, jobs_rx] = hd::mpmc::sync_channel<Job>(8);
  std::vector<hd::thread::JoinHandle<void>> workers;
  for (int i = 0; i < 4; ++i) workers.push_back(hd::thread::spawn(work, jobs_rx.clone()));

  auto [reply_tx, replies] = hd::mpsc::channel<std::pair<std::uint64_t, bool>>();
  for (std::uint64_t number = 1; number <= 1000; ++number) jobs_tx.send(Job{number, reply_tx.clone()}).value();
  // The loops of the workers, and ours below, end when the last sender is gone.
  { const auto last = std::move(jobs_tx); }
  { const auto last = std::move(reply_tx); }

  int primes = 0;
  for (auto [number, prime] : replies) primes += prime ? 1 : 0;
  fmt::print("{} primes up to 1000\n", primes);
  for (auto& worker : workers) worker.join().value();
}
