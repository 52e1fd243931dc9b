// SPDX-License-Identifier: MIT
// Once, OnceLock and LazyLock: one run, whoever comes, and what a failed one leaves.
#include <heddle/sync/lazy_lock.hpp>
#include <heddle/sync/once.hpp>
#include <heddle/sync/once_lock.hpp>

#include <heddle/base/blocking.hpp>
#include <heddle/sync/poison.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <expected>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace hd = heddle;
using hd::LazyLock;
using hd::Once;
using hd::OnceLock;
using hd::sync::OncePoisoned;
using hd::sync::OnceState;
using hd::sync::WouldDeadlock;

struct Panic {};

void poison(const Once& once) {
  EXPECT_THROW(once.call_once([] { throw Panic(); }), Panic);
}

// --- After Rust's library/std/tests/sync/once.rs, under the names there.

TEST(StdOnce, smoke_once) {
  const Once once;
  int a = 0;
  once.call_once([&] { ++a; });
  EXPECT_EQ(a, 1);
  once.call_once([&] { ++a; });
  EXPECT_EQ(a, 1);
}

TEST(StdOnce, stampede_once) {
  const Once once;
  bool run = false;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 4; ++j) std::this_thread::yield();
      once.call_once([&] {
        EXPECT_FALSE(run);
        run = true;
      });
      EXPECT_TRUE(run);
    });
  }
  once.call_once([&] {
    EXPECT_FALSE(run);
    run = true;
  });
  EXPECT_TRUE(run);
}

TEST(StdOnce, poison_bad) {
  const Once once;
  poison(once);
  // Poisoning propagates.
  EXPECT_THROW(once.call_once([] {}), OncePoisoned);
  // It can be overruled.
  bool called = false;
  once.call_once_force([&](const OnceState& state) {
    called = true;
    EXPECT_TRUE(state.is_poisoned());
  });
  EXPECT_TRUE(called);
  // Once any call succeeds, it is as if nothing had happened.
  once.call_once([] {});
}

TEST(StdOnce, wait_for_force_to_finish) {
  const Once once;
  poison(once);
  std::latch inside(1);
  std::latch go_on(1);
  const std::jthread forcing([&] {
    once.call_once_force([&](const OnceState& state) {
      EXPECT_TRUE(state.is_poisoned());
      inside.count_down();
      go_on.wait();
    });
  });
  inside.wait();
  // Another call that comes meanwhile waits, and finds it done.
  std::jthread waiting([&] {
    bool called = false;
    once.call_once([&] { called = true; });
    EXPECT_FALSE(called);
  });
  go_on.count_down();
}

TEST(StdOnce, wait) {
  std::atomic<bool> done = false;
  const Once once;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&] {
      once.wait();
      EXPECT_TRUE(done.load());
    });
  }
  once.call_once([&] { done = true; });
}

TEST(StdOnce, wait_on_poisoned) {
  const Once once;
  poison(once);
  EXPECT_THROW(once.wait(), OncePoisoned);
}

TEST(StdOnce, wait_force_on_poisoned) {
  const Once once;
  poison(once);
  std::jthread waiting([&] {
    once.wait_force();
    EXPECT_TRUE(once.is_completed());
  });
  once.call_once_force([](const OnceState&) {});
}

// --- After Rust's library/std/tests/sync/once_lock.rs, under the names there.

TEST(StdOnceLock, sync_once_cell) {
  static constinit const OnceLock<int> cell;
  EXPECT_EQ(cell.get(), nullptr);
  std::jthread([] {
    EXPECT_EQ(cell.get_or_init([] { return 92; }), 92);
  }).join();
  EXPECT_EQ(cell.get_or_init([]() -> int { throw Panic(); }), 92);
  EXPECT_EQ(*cell.get(), 92);
}

TEST(StdOnceLock, sync_once_cell_get_mut) {
  OnceLock<int> cell;
  EXPECT_EQ(cell.get_mut(), nullptr);
  EXPECT_TRUE(cell.set(90).has_value());
  *cell.get_mut() += 2;
  EXPECT_EQ(*cell.get_mut(), 92);
}

TEST(StdOnceLock, sync_once_cell_drop) {
  int drops = 0;
  struct Dropper {
    int* drops;
    explicit Dropper(int* count) : drops(count) {}
    Dropper(Dropper&& other) noexcept : drops(std::exchange(other.drops, nullptr)) {}
    ~Dropper() {
      if (drops != nullptr) ++*drops;
    }
  };
  {
    const OnceLock<Dropper> cell;
    cell.get_or_init([&] { return Dropper(&drops); });
    EXPECT_EQ(drops, 0);
  }
  EXPECT_EQ(drops, 1);
}

TEST(StdOnceLock, sync_once_cell_drop_empty) { const OnceLock<std::string> cell; }

TEST(StdOnceLock, clone) {
  const OnceLock<std::string> s;
  EXPECT_EQ(s.clone().get(), nullptr);
  EXPECT_TRUE(s.set("hello").has_value());
  const auto c = s.clone();
  EXPECT_EQ(*c.get(), "hello");
}

TEST(StdOnceLock, get_or_try_init) {
  const OnceLock<std::string> cell;
  using Result = std::expected<std::string, int>;
  EXPECT_THROW(static_cast<void>(cell.get_or_try_init([]() -> Result { throw Panic(); })), Panic);
  EXPECT_EQ(cell.get(), nullptr);
  EXPECT_EQ(cell.get_or_try_init([]() -> Result { return std::unexpected(7); }).error(), 7);
  EXPECT_EQ(cell.get(), nullptr);
  EXPECT_EQ(*cell.get_or_try_init([]() -> Result { return "hello"; }).value(), "hello");
  EXPECT_EQ(*cell.get(), "hello");
}

TEST(StdOnceLock, from_impl) {
  const OnceLock<std::string> cell(std::string("value"));
  EXPECT_EQ(*cell.get(), "value");
}

TEST(StdOnceLock, partialeq_impl) {
  EXPECT_EQ(OnceLock<int>(), OnceLock<int>());
  EXPECT_EQ(OnceLock<int>(1), OnceLock<int>(1));
  EXPECT_NE(OnceLock<int>(1), OnceLock<int>());
  EXPECT_NE(OnceLock<int>(1), OnceLock<int>(2));
}

TEST(StdOnceLock, into_inner) {
  OnceLock<std::string> empty;
  EXPECT_EQ(std::move(empty).into_inner(), std::nullopt);
  OnceLock<std::string> full;
  EXPECT_TRUE(full.set("hello").has_value());
  EXPECT_EQ(std::move(full).into_inner(), "hello");
}

TEST(StdOnceLock, reentrant_init) {
  // There it deadlocks or panics.
  const OnceLock<int> cell;
  const auto reenter = [&]() -> int { return cell.get_or_init([] { return 92; }); };
  EXPECT_THROW(cell.get_or_init(reenter), WouldDeadlock);
  EXPECT_EQ(cell.get_or_init([] { return 1; }), 1);
}

TEST(StdOnceLock, eval_once_macro) {
  static constinit const OnceLock<std::vector<int>> cell;
  const auto get = []() -> const std::vector<int>& {
    return cell.get_or_init([] { return std::vector{1, 2, 3}; });
  };
  const std::vector<int>* first = &get();
  EXPECT_EQ(first, &get());
}

TEST(StdOnceLock, sync_once_cell_does_not_leak_partially_constructed_boxes) {
  constexpr int kTries = 100;
  constexpr int kReaders = 10;
  constexpr int kWriters = 3;
  for (int i = 0; i < kTries; ++i) {
    const OnceLock<std::string> cell;
    std::vector<std::jthread> threads;
    for (int reader = 0; reader < kReaders; ++reader) {
      threads.emplace_back([&] {
        const std::string* message = nullptr;
        while ((message = cell.get()) == nullptr) std::this_thread::yield();
        EXPECT_EQ(*message, "Hello, World!");
      });
    }
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back([&] { static_cast<void>(cell.set("Hello, World!")); });
    }
  }
}

// --- After Rust's library/std/tests/sync/lazy_lock.rs, under the names there.

TEST(StdLazyLock, lazy_default) {
  static std::atomic<int> called = 0;
  const LazyLock<int> lazy([] {
    ++called;
    return 92;
  });
  EXPECT_EQ(called.load(), 0);
  EXPECT_EQ(*lazy, 92);
  EXPECT_EQ(*lazy, 92);
  EXPECT_EQ(called.load(), 1);
}

TEST(StdLazyLock, sync_lazy_new) {
  std::atomic<int> called = 0;
  const LazyLock lazy([&] {
    ++called;
    return 92;
  });
  std::jthread([&] { EXPECT_EQ(*lazy - 30, 62); }).join();
  EXPECT_EQ(*lazy, 92);
  EXPECT_EQ(called.load(), 1);
}

TEST(StdLazyLock, static_sync_lazy) {
  static constinit const LazyLock<std::vector<int>> lazy(+[] { return std::vector{1, 2, 3}; });
  std::jthread([] { EXPECT_EQ(lazy->size(), 3U); }).join();
  EXPECT_EQ((*lazy)[0], 1);
}

TEST(StdLazyLock, sync_lazy_poisoning) {
  const LazyLock<std::string> lazy([]() -> std::string { throw Panic(); });
  EXPECT_THROW(static_cast<void>(lazy->size()), Panic);
  for (int i = 0; i < 2; ++i) EXPECT_THROW(static_cast<void>(lazy->size()), OncePoisoned);
}

TEST(StdLazyLock, lazy_force_mut) {
  LazyLock<std::string> lazy([] { return std::string("a"); });
  lazy.force_mut() += "b";
  EXPECT_EQ(*lazy, "ab");
}

TEST(StdLazyLock, lazy_get) {
  const LazyLock<int> lazy([] { return 1; });
  EXPECT_EQ(lazy.get(), nullptr);
  lazy.force();
  EXPECT_EQ(*lazy.get(), 1);
}

// --- Ours.

TEST(Once, calling_itself_throws_instead_of_waiting_for_itself) {
  const Once once;
  EXPECT_THROW(once.call_once([&] { once.call_once([] {}); }), WouldDeadlock);
  EXPECT_THROW(once.call_once([] {}), OncePoisoned);
}

TEST(Once, waiting_on_a_thread_that_polls_tasks_throws) {
  const Once once;
  hd::base::set_in_async(true);
  EXPECT_THROW(once.wait(), hd::BlockingInAsync);
  hd::base::set_in_async(false);
}

TEST(OnceLock, the_second_value_is_handed_back) {
  const OnceLock<std::unique_ptr<int>> cell;
  EXPECT_TRUE(cell.set(std::make_unique<int>(1)).has_value());
  auto second = cell.set(std::make_unique<int>(2));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(*second.error(), 2);
  EXPECT_EQ(**cell.get(), 1);
}

TEST(OnceLock, take_makes_it_writable_again) {
  OnceLock<std::string> cell;
  EXPECT_EQ(cell.take(), std::nullopt);
  EXPECT_TRUE(cell.set("a").has_value());
  EXPECT_EQ(cell.take(), "a");
  EXPECT_EQ(cell.get(), nullptr);
  EXPECT_TRUE(cell.set("b").has_value());
}

TEST(OnceLock, wait_gives_the_value_that_another_thread_writes) {
  const OnceLock<int> cell;
  const std::jthread writer([&] { static_cast<void>(cell.set(5)); });
  EXPECT_EQ(cell.wait(), 5);
}

TEST(LazyLock, a_value_that_asks_for_itself_throws) {
  static const LazyLock<int>* self = nullptr;
  const LazyLock<int> lazy([]() -> int { return **self; });
  self = &lazy;
  EXPECT_THROW(static_cast<void>(*lazy), WouldDeadlock);
}

TEST(LazyLock, the_function_dies_when_the_value_is_made) {
  const auto captured = std::make_shared<int>(3);
  const LazyLock lazy([captured] { return *captured; });
  EXPECT_EQ(captured.use_count(), 2);
  EXPECT_EQ(*lazy, 3);
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(LazyLock, the_function_dies_with_a_lock_that_was_never_used) {
  const auto captured = std::make_shared<int>(3);
  { const LazyLock lazy([captured] { return *captured; }); }
  EXPECT_EQ(captured.use_count(), 1);
}

}  // namespace
