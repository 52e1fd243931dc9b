// SPDX-License-Identifier: MIT
// The tests of Rust's thread locals (library/std/tests/thread_local), by name, written afresh for heddle. The `const`
// variants are left out: a LocalKey has one kind of initialiser.
#include <heddle/sync/cell.hpp>
#include <heddle/sync/ref_cell.hpp>
#include <heddle/thread/local_key.hpp>
#include <heddle/thread/spawn.hpp>

#include "thread/handshake.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace {

namespace thread = heddle::thread;
using heddle::sync::Cell;
using heddle::sync::RefCell;
using heddle_test::Gate;
using thread::LocalKey;

/// Opens its gate when it is destroyed.
class Signals {
 public:
  explicit Signals(Gate& gate) : gate_(&gate) {}
  Signals(Signals&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
  Signals& operator=(Signals&&) = delete;
  ~Signals() {
    if (gate_ != nullptr) gate_->open();
  }

 private:
  Gate* gate_;
};

TEST(StdThreadLocal, smoke_no_dtor) {
  static constinit LocalKey<Cell<int>> foo([] { return Cell<int>(1); });
  foo.with([](const Cell<int>& f) {
    EXPECT_EQ(f.get(), 1);
    f.set(2);
  });
  thread::spawn([] {
    foo.with([](const Cell<int>& f) { EXPECT_EQ(f.get(), 1); });
  }).join().value();
  foo.with([](const Cell<int>& f) { EXPECT_EQ(f.get(), 2); });
}

struct Stated {
  ~Stated();
};
constinit LocalKey<Stated> stated([] { return Stated(); });
std::atomic<int> states_seen = 0;  // NOLINT
Stated::~Stated() {
  if (!stated.try_with([](const Stated&) {}).has_value()) ++states_seen;
}

TEST(StdThreadLocal, states) {
  states_seen = 0;
  thread::spawn([] { EXPECT_TRUE(stated.try_with([](const Stated&) {}).has_value()); }).join().value();
  EXPECT_EQ(states_seen, 1);
}

TEST(StdThreadLocal, smoke_dtor) {
  static constinit LocalKey<RefCell<std::optional<Signals>>> foo(
      [] { return RefCell<std::optional<Signals>>(std::nullopt); });
  static Gate gone;
  static_cast<void>(thread::spawn([] {
    foo.with([](const RefCell<std::optional<Signals>>& f) { f.borrow_mut()->emplace(gone); });
  }));
  gone.wait();
}

// Two keys whose destructors each ask for the other.
struct S1 {
  ~S1();
};
struct S2 {
  ~S2();
};
constinit LocalKey<std::optional<S1>> k1([] { return std::optional<S1>(std::in_place); });
constinit LocalKey<std::optional<S2>> k2([] { return std::optional<S2>(std::in_place); });
std::atomic<int> circular_refused = 0;  // NOLINT
S1::~S1() {
  // The first time from k1's end, when k2 isn't made yet: it is made here, and destroyed after.
  if (!k2.try_with([](const std::optional<S2>&) {}).has_value()) ++circular_refused;
}
S2::~S2() {
  if (!k1.try_with([](const std::optional<S1>&) {}).has_value()) ++circular_refused;
}

TEST(StdThreadLocal, circular) {
  circular_refused = 0;
  thread::spawn([] { k1.with([](const std::optional<S1>&) {}); }).join().value();
  EXPECT_EQ(circular_refused, 1);
}

TEST(StdThreadLocal, self_referential) {
  states_seen = 0;
  thread::spawn([] { stated.with([](const Stated&) {}); }).join().value();
  EXPECT_EQ(states_seen, 1);
}

// A destructor that makes the value of a second key, whose destructor signals.
struct MakesAnother {
  Gate* gate;
  ~MakesAnother();
};
constinit LocalKey<RefCell<std::optional<Signals>>> last_key(
    [] { return RefCell<std::optional<Signals>>(std::nullopt); });
Gate another_gone;  // NOLINT
constinit LocalKey<MakesAnother> making_key([] { return MakesAnother{&another_gone}; });
MakesAnother::~MakesAnother() {
  static_cast<void>(last_key.try_with(
      [this](const RefCell<std::optional<Signals>>& last) { last.borrow_mut()->emplace(*gate); }));
}

TEST(StdThreadLocal, dtors_in_dtors_in_dtors) {
  static_cast<void>(thread::spawn([] { making_key.with([](const MakesAnother&) {}); }));
  another_gone.wait();
}

// join() has to wait for the destructors of thread locals: the one here waits for the joiner to be in join().
struct JoinOrderGuard {
  ~JoinOrderGuard();
};
constinit LocalKey<JoinOrderGuard> join_order([] { return JoinOrderGuard(); });
std::atomic<int> sync_state = 0;  // NOLINT
constexpr int kJoinerReady = 1;
constexpr int kDestroyed = 2;
JoinOrderGuard::~JoinOrderGuard() {
  while (sync_state != kJoinerReady) thread::yield_now();
  for (int i = 0; i < 100; ++i) thread::yield_now();
  sync_state = kDestroyed;
}

TEST(StdThreadLocal, join_orders_after_tls_destructors) {
  for (int i = 0; i < 20; ++i) {
    sync_state = 0;
    auto handle = thread::spawn([] { join_order.with([](const JoinOrderGuard&) {}); });
    sync_state = kJoinerReady;
    handle.join().value();
    EXPECT_EQ(sync_state, kDestroyed);
  }
}

struct AsksForThread {
  ~AsksForThread();
};
constinit LocalKey<AsksForThread> asks([] { return AsksForThread(); });
std::atomic<std::uint64_t> asked = 0;  // NOLINT
AsksForThread::~AsksForThread() { asked = thread::current().id().number(); }

TEST(StdThreadLocal, thread_current_in_dtor) {
  asked = 0;
  auto handle = thread::spawn([] { asks.with([](const AsksForThread&) {}); });
  const auto id = handle.thread().id();
  handle.join().value();
  EXPECT_EQ(asked, id.number());
}

int square(int n) { return n * n; }

TEST(StdThreadLocal, dynamic_smoke) {
  static constinit LocalKey<int> foo([] { return square(3); });
  foo.with([](int f) { EXPECT_EQ(f, 9); });
}

TEST(StdThreadLocal, dynamic_hashmap) {
  static constinit LocalKey<RefCell<std::map<int, int>>> foo(
      [] { return RefCell<std::map<int, int>>(std::map<int, int>{{1, 2}}); });
  foo.with([](const RefCell<std::map<int, int>>& map) { EXPECT_EQ(map.borrow()->at(1), 2); });
}

TEST(StdThreadLocal, dynamic_refcell_vec) {
  static constinit LocalKey<RefCell<std::vector<int>>> foo(
      [] { return RefCell<std::vector<int>>(std::vector<int>{1, 2, 3}); });
  foo.with([](const RefCell<std::vector<int>>& vec) {
    EXPECT_EQ(vec.borrow()->size(), 3U);
    vec.borrow_mut()->push_back(4);
    EXPECT_EQ(vec.borrow()->at(3), 4);
  });
}

}  // namespace
