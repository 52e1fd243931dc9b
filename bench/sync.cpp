// SPDX-License-Identifier: MIT
// Mutex, RwLock and Arc beside their peers: what one operation costs, alone and contended, in alternating rounds.
//
// The Rust peers are a program of their own, built by bench/peers/sync/build.sh; without it their rows are left out.
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/sync/arc.hpp>
#include <heddle/sync/mutex.hpp>
#include <heddle/sync/ref_cell.hpp>
#include <heddle/sync/rw_lock.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>

namespace {

namespace hd = heddle;

constexpr long kAlone = 1'000'000;
constexpr long kContended = 250'000;

double nanoseconds_per(long operations, const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  const std::chrono::duration<double, std::nano> passed = std::chrono::steady_clock::now() - start;
  return passed.count() / static_cast<double>(operations);
}

// Keeps the compiler from moving or merging what stands around it.
void clobber() { asm volatile("" ::: "memory"); }

// One thread: kAlone operations; several: kContended each.
template <class Step>
double run(int threads, Step step) {
  if (threads == 1) {
    return nanoseconds_per(kAlone, [&] {
      for (long i = 0; i < kAlone; ++i) step();
    });
  }
  return nanoseconds_per(kContended * threads, [&] {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&] {
        for (long i = 0; i < kContended; ++i) step();
      });
    }
  });
}

double heddle_mutex(int threads) {
  const hd::Mutex<long> mutex(0L);
  const double result = run(threads, [&] { ++*mutex.lock().value(); });
  if (*mutex.lock().value() != (threads == 1 ? kAlone : kContended * threads)) std::abort();
  return result;
}

double std_mutex(int threads) {
  std::mutex mutex;
  long counter = 0;
  return run(threads, [&] {
    const std::lock_guard guard(mutex);
    ++counter;
    clobber();
  });
}

double pthread_spin(int threads) {
  pthread_spinlock_t spin;
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  long counter = 0;
  return run(threads, [&] {
    pthread_spin_lock(&spin);
    ++counter;
    clobber();
    pthread_spin_unlock(&spin);
  });
}

double heddle_read(int threads) {
  const hd::RwLock<long> lock(0L);
  return run(threads, [&] {
    static_cast<void>(*lock.read().value());
    clobber();
  });
}

double std_read(int threads) {
  std::shared_mutex mutex;
  return run(threads, [&] {
    const std::shared_lock guard(mutex);
    clobber();
  });
}

double heddle_arc(int threads) {
  const auto arc = hd::Arc<long>::make(1);
  return run(threads, [&] {
    const auto other = arc.clone();
    clobber();
  });
}

double std_shared_ptr(int threads) {
  const auto pointer = std::make_shared<const long>(1);
  return run(threads, [&] {
    const auto other = pointer;
    clobber();
  });
}

double heddle_borrow(int) {
  const hd::RefCell<long> cell(0);
  return run(1, [&] {
    ++*cell.borrow_mut();
    clobber();
  });
}

// Pending every time but the last: what a suspension costs with the check for held guards in it.
class Suspends {
 public:
  using Output = int;
  hd::Poll<int> poll(hd::Context& cx) {
    if (polled_) return hd::Ready(1);
    polled_ = true;
    cx.yield();
    return hd::Pending;
  }

 private:
  bool polled_ = false;
};

hd::Async<int> suspend_often(long times) {
  int sum = 0;
  for (long i = 0; i < times; ++i) sum += co_await Suspends();
  co_return sum;
}

double heddle_suspension(int) {
  return nanoseconds_per(kAlone, [] { static_cast<void>(hd::block_on(suspend_often(kAlone))); });
}

struct Row {
  std::string name;
  std::function<double()> measure;
};

struct Group {
  std::string name;
  // The first is ours: the others are shown as a multiple of it.
  std::vector<Row> rows;
};

double rust_peer(const std::string& program, const std::string& what, int threads) {
  const std::string command = fmt::format("{} {} {} {}", program, what, threads, threads == 1 ? kAlone : kContended);
  // SAFETY (of the shell): the program is the user's own argument.
  FILE* pipe = ::popen(command.c_str(), "r");
  double result = 0;
  if (pipe == nullptr || std::fscanf(pipe, "%lf", &result) != 1) std::abort();
  ::pclose(pipe);
  return result;
}

std::vector<Group> groups(const std::string& rust) {
  std::vector<Group> all;
  const auto peers = [&](Group& group, std::initializer_list<const char*> names, int threads) {
    if (rust.empty()) return;
    for (const char* name : names) {
      group.rows.push_back({fmt::format("rust {}", name), [=] { return rust_peer(rust, name, threads); }});
    }
  };
  for (const int threads : {1, 2, 4}) {
    Group mutex{fmt::format("mutex, {} thread(s)", threads),
                {{"heddle::Mutex", [=] { return heddle_mutex(threads); }},
                 {"std::mutex", [=] { return std_mutex(threads); }},
                 {"pthread spin", [=] { return pthread_spin(threads); }}}};
    peers(mutex, {"std_mutex", "parking_lot_mutex"}, threads);
    all.push_back(std::move(mutex));
  }
  for (const int threads : {1, 4}) {
    Group read{fmt::format("read lock, {} thread(s)", threads),
               {{"heddle::RwLock::read", [=] { return heddle_read(threads); }},
                {"std::shared_mutex", [=] { return std_read(threads); }}}};
    peers(read, {"std_read", "parking_lot_read"}, threads);
    all.push_back(std::move(read));
    Group arc{fmt::format("shared ownership, clone and drop, {} thread(s)", threads),
              {{"heddle::Arc", [=] { return heddle_arc(threads); }},
               {"std::shared_ptr", [=] { return std_shared_ptr(threads); }}}};
    peers(arc, {"arc"}, threads);
    all.push_back(std::move(arc));
  }
  all.push_back({"RefCell::borrow_mut and back", {{"heddle::RefCell", [] { return heddle_borrow(1); }}}});
  all.push_back({"one suspension of a coroutine", {{"heddle::Async", [] { return heddle_suspension(1); }}}});
  return all;
}

double least(const std::vector<double>& values) { return *std::min_element(values.begin(), values.end()); }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void measure(const Group& group, int rounds) {
  std::vector<std::vector<double>> times(group.rows.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < group.rows.size(); ++i) times[i].push_back(group.rows[i].measure());
  }
  fmt::print("{}\n", group.name);
  for (std::size_t i = 0; i < group.rows.size(); ++i) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < times[i].size(); ++round) ratios.push_back(times[i][round] / times[0][round]);
    fmt::print("  {:<26}{:>9.2f} ns   x {:<7.2f}least {:.2f} ns\n", group.rows[i].name, median(times[i]), median(ratios),
               least(times[i]));
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Mutex, RwLock and Arc beside their peers; medians, and medians of the ratio to ours in the same round");
  int rounds = 7;
  std::string rust;
  std::string only;
  app.add_option("--rounds", rounds, "how often each is measured")->capture_default_str();
  app.add_option("--rust", rust, "the program that bench/peers/sync/build.sh makes");
  app.add_option("--only", only, "groups whose name contains this");
  CLI11_PARSE(app, argc, argv);
  if (rust.empty()) fmt::print("without the Rust peers: build them by bench/peers/sync/build.sh, and name them by --rust\n");
  // A second thread has been there: from then on libstdc++ counts shared_ptr atomically.
  std::jthread([] {}).join();
  for (const Group& group : groups(rust)) {
    if (group.name.find(only) != std::string::npos) measure(group, rounds);
  }
}
