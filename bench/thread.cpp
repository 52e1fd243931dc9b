// SPDX-License-Identifier: MIT
// What a thread costs: heddle's spawn, scope and park beside std::thread and std::atomic's wait, alternating.
#include <heddle/thread/local_key.hpp>
#include <heddle/thread/park.hpp>
#include <heddle/thread/scope.hpp>
#include <heddle/thread/spawn.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace {

namespace thread = heddle::thread;
using std::chrono::steady_clock;

/// Nanoseconds of one operation: by the clock, and of processor time of the whole process, which other programs on the
/// machine disturb less.
struct Cost {
  double wall;
  double cpu;
};

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <class F>
Cost cost(int operations, F work) {
  const double cpu = cpu_ns();
  const auto start = steady_clock::now();
  work(operations);
  const double wall = std::chrono::duration<double, std::nano>(steady_clock::now() - start).count();
  return {wall / operations, (cpu_ns() - cpu) / operations};
}

double median(std::vector<double>& values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

/// Runs both in turn, `rounds` times, so that whatever else the machine does meets both; the ratio is that of each round.
template <class Ours, class Theirs>
void compare(std::string_view name, int rounds, int operations, Ours ours, Theirs theirs) {
  std::vector<double> our_wall, their_wall, wall_ratio, our_cpu, their_cpu, cpu_ratio;
  for (int i = 0; i < rounds; ++i) {
    const Cost our = cost(operations, ours);
    const Cost their = cost(operations, theirs);
    our_wall.push_back(our.wall);
    their_wall.push_back(their.wall);
    wall_ratio.push_back(our.wall / their.wall);
    our_cpu.push_back(our.cpu);
    their_cpu.push_back(their.cpu);
    cpu_ratio.push_back(our.cpu / their.cpu);
  }
  fmt::print("{:44} {:9.1f} {:9.1f}   x {:<6.3f} {:9.1f} {:9.1f}   x {:.3f}\n", name, median(our_wall),
             median(their_wall), median(wall_ratio), median(our_cpu), median(their_cpu), median(cpu_ratio));
}

void spawn_and_join(int rounds) {
  compare(
      "spawn + join (std::thread)", rounds, 200,
      [](int n) {
        for (int i = 0; i < n; ++i) static_cast<void>(thread::spawn([](int x) { return x; }, i).join());
      },
      [](int n) {
        for (int i = 0; i < n; ++i) std::thread([](int) {}, i).join();
      });
}

void scope_of_one(int rounds) {
  compare(
      "scope with one thread (std::thread + join)", rounds, 200,
      [](int n) {
        for (int i = 0; i < n; ++i) thread::scope([&](thread::Scope& s) { s.spawn([](const int&) {}, s.ref(i)); });
      },
      [](int n) {
        for (int i = 0; i < n; ++i) std::thread([](const int&) {}, std::cref(i)).join();
      });
}

void scope_of_many(int rounds) {
  constexpr int kThreads = 16;
  compare(
      "scope with 16 threads, each (std::thread)", rounds, 16 * kThreads,
      [](int n) {
        for (int i = 0; i < n; i += kThreads) {
          thread::scope([](thread::Scope& s) {
            for (int k = 0; k < kThreads; ++k) s.spawn([](const int&) {}, s.ref(k));
          });
        }
      },
      [](int n) {
        for (int i = 0; i < n; i += kThreads) {
          std::vector<std::thread> threads;
          for (int k = 0; k < kThreads; ++k) threads.emplace_back([](const int&) {}, std::cref(k));
          for (auto& one : threads) one.join();
        }
      });
}

void park_round_trip(int rounds) {
  compare(
      "park/unpark there and back (atomic wait)", rounds, 5'000,
      [](int n) {
        auto other = thread::spawn(
            [](thread::Thread first, int turns) {
              for (int i = 0; i < turns; ++i) {
                thread::park();
                first.unpark();
              }
            },
            thread::current(), n);
        const thread::Thread second = other.thread();
        for (int i = 0; i < n; ++i) {
          second.unpark();
          thread::park();
        }
        static_cast<void>(other.join());
      },
      [](int n) {
        std::atomic<int> turn = 0;
        std::thread other([&turn, n] {
          for (int i = 0; i < n; ++i) {
            turn.wait(2 * i);
            turn.store(2 * i + 2);
            turn.notify_one();
          }
        });
        for (int i = 0; i < n; ++i) {
          turn.store(2 * i + 1);
          turn.notify_one();
          turn.wait(2 * i + 1);
        }
        other.join();
      });
}

void park_with_a_token(int rounds) {
  std::atomic<int> token = 0;
  compare(
      "unpark + park by one thread (two exchanges)", rounds, 100'000,
      [](int n) {
        const thread::Thread self = thread::current();
        for (int i = 0; i < n; ++i) {
          self.unpark();
          thread::park();
        }
      },
      [&token](int n) {
        for (int i = 0; i < n; ++i) {
          token.exchange(1);
          token.exchange(0);
        }
      });
}

struct Counter {
  mutable long value;
};
constinit thread::LocalKey<Counter> key([] { return Counter{0}; });
thread_local long plain = 0;

void local_key(int rounds) {
  compare(
      "LocalKey::with (thread_local)", rounds, 1'000'000,
      [](int n) {
        for (int i = 0; i < n; ++i) key.with([](const Counter& c) { ++c.value; });
      },
      [](int n) {
        for (int i = 0; i < n; ++i) {
          asm volatile("" ::: "memory");
          ++plain;
        }
      });
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 31;
  fmt::print("Medians of {} alternating rounds, in ns of the clock and of processor time: heddle, (peer), ratio\n", rounds);
  spawn_and_join(rounds);
  scope_of_one(rounds);
  scope_of_many(rounds);
  park_round_trip(rounds);
  park_with_a_token(rounds);
  local_key(rounds);
}
