// SPDX-License-Identifier: MIT
// The stall report: a poll that lasts too long is reported once, with what is known of it.
#include <heddle/future/async.hpp>
#include <heddle/runtime/block_in_place.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/spawn_blocking.hpp>
#include <heddle/runtime/stall_report.hpp>
#include <heddle/runtime/task_builder.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <source_location>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {

using namespace std::chrono_literals;
using heddle::Async;
using heddle::Task;
namespace runtime = heddle::runtime;
namespace task = heddle::task;

// Not in an unnamed namespace: their names shall be found in the report.

/// Blocks until opened, in a function that stands on the stack.
[[gnu::noinline]] void blocks_here(const std::latch& door) {
  door.wait();
  asm volatile("");  // no tail call
}

Async<> inner_coroutine(const std::latch& door) {
  blocks_here(door);
  co_return;
}
Async<> outer_coroutine(const std::latch& door) { co_await inner_coroutine(door); }

namespace {

/// The reports so far. A machine that is busy enough makes any poll take long, so each test looks at its own task's.
class Reports {
 public:
  void add(const runtime::StallReport& report) {
    const std::lock_guard guard(lock_);
    reports_.push_back(report);
    changed_.notify_all();
  }

  /// Waits for a report of that task.
  runtime::StallReport of(task::Id id) {
    std::unique_lock guard(lock_);
    auto found = reports_.end();
    changed_.wait(guard, [&] {
      found = std::ranges::find(reports_, id, &runtime::StallReport::id);
      return found != reports_.end();
    });
    return *found;
  }

  [[nodiscard]] std::ptrdiff_t count(task::Id id) {
    const std::lock_guard guard(lock_);
    return std::ranges::count(reports_, id, &runtime::StallReport::id);
  }

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<runtime::StallReport> reports_;
};

bool mentions(const std::vector<std::string>& lines, const std::string& name) {
  return std::ranges::any_of(lines, [&](const std::string& line) { return line.find(name) != std::string::npos; });
}

// ThreadSanitizer keeps signals back while a thread is in a system call that it doesn't know, as futex(2).
#if defined(__SANITIZE_THREAD__)
constexpr bool kAnswers = false;
#elif defined(__has_feature)
constexpr bool kAnswers = !__has_feature(thread_sanitizer);
#else
constexpr bool kAnswers = true;
#endif

// Longer than a thread that has something to do waits for a processor.
constexpr auto kForNothing = 300ms;

/// No coroutine.
class BlockingFuture {
 public:
  using Output = void;
  explicit BlockingFuture(std::shared_ptr<std::latch> door) noexcept : door_(std::move(door)) {}
  heddle::Poll<void> poll(heddle::Context&) {
    blocks_here(*door_);
    return heddle::Ready();
  }

 private:
  std::shared_ptr<std::latch> door_;

  HEDDLE_FIELDS(door_);
};

class Stall : public testing::Test {
 protected:
  runtime::Builder builder(std::chrono::nanoseconds threshold = 20ms) {
    auto builder = runtime::Builder::multi_thread();
    builder.worker_threads(1).stall_threshold(threshold).on_stall(
        [this](const runtime::StallReport& report) { reports_.add(report); });
    return builder;
  }

  /// A task that blocks until the door opens.
  static Task<> blocked(std::shared_ptr<std::latch> door) {
    co_await outer_coroutine(*door);
  }

  /// Lets `rt` report a task that blocks, and go on.
  runtime::StallReport stall_once(runtime::Runtime& rt) {
    auto door = std::make_shared<std::latch>(1);
    auto handle = rt.spawn(blocked(door));
    const runtime::StallReport report = reports_.of(handle.id());
    door->count_down();
    rt.block_on(handle).value();
    return report;
  }

  Reports reports_;
};

TEST_F(Stall, names_the_task_where_it_was_spawned_and_for_how_long) {
  auto rt = builder().build().value();
  auto door = std::make_shared<std::latch>(1);
  const auto guard = rt.enter();
  const auto here = std::source_location::current();
  auto handle = task::Builder().name("hasher").spawn(blocked(door));
  const runtime::StallReport report = reports_.of(handle.id());
  door->count_down();
  rt.block_on(handle).value();
  EXPECT_EQ(report.name(), "hasher");
  EXPECT_EQ(report.id(), handle.id());
  EXPECT_STREQ(report.spawned_at().file_name(), here.file_name());
  EXPECT_EQ(report.spawned_at().line(), here.line() + 1);
  EXPECT_GE(report.held_for(), 20ms);
}

TEST_F(Stall, names_the_coroutines_that_await_each_other) {
  if (!kAnswers) GTEST_SKIP();
  auto rt = builder().build().value();
  const runtime::StallReport report = stall_once(rt);
  ASSERT_EQ(report.awaits().size(), 3U) << report.to_string();
  EXPECT_NE(report.awaits()[0].find("inner_coroutine"), std::string::npos) << report.to_string();
  EXPECT_NE(report.awaits()[1].find("outer_coroutine"), std::string::npos) << report.to_string();
  EXPECT_NE(report.awaits()[2].find("blocked"), std::string::npos) << report.to_string();
}

TEST_F(Stall, shows_the_stack_of_the_thread_within_the_task) {
  if (!kAnswers) GTEST_SKIP();
  auto rt = builder().build().value();
  const runtime::StallReport report = stall_once(rt);
  EXPECT_TRUE(mentions(report.stack(), "blocks_here")) << report.to_string();
  EXPECT_TRUE(mentions(report.stack(), "inner_coroutine")) << report.to_string();
  EXPECT_FALSE(mentions(report.stack(), "run_task")) << report.to_string();
}

TEST_F(Stall, shows_a_task_that_computes_too) {
  if (!kAnswers) GTEST_SKIP();
  auto rt = builder().build().value();
  auto stop = std::make_shared<std::atomic<bool>>(false);
  auto handle = rt.spawn([](std::shared_ptr<std::atomic<bool>> enough) -> Task<> {
    while (!*enough) {
    }
    co_return;
  }(stop));
  const runtime::StallReport report = reports_.of(handle.id());
  *stop = true;
  rt.block_on(handle).value();
  EXPECT_EQ(report.awaits().size(), 1U) << report.to_string();
}

TEST_F(Stall, a_task_that_is_no_coroutine_is_reported_without_coroutines) {
  auto rt = builder().build().value();
  auto door = std::make_shared<std::latch>(1);
  auto handle = rt.spawn(BlockingFuture(door));
  const runtime::StallReport report = reports_.of(handle.id());
  door->count_down();
  rt.block_on(handle).value();
  EXPECT_TRUE(report.awaits().empty()) << report.to_string();
}

TEST_F(Stall, a_destructor_of_a_cancelled_task_is_reported_without_coroutines) {
  struct Blocks {
    std::shared_ptr<std::latch> door;
    explicit Blocks(std::shared_ptr<std::latch> to_open) : door(std::move(to_open)) {}
    Blocks(Blocks&&) = default;
    ~Blocks() {
      if (door != nullptr) blocks_here(*door);
    }
    using Output = void;
    heddle::Poll<void> poll(heddle::Context&) { return heddle::Pending; }
  };
  auto rt = builder().build().value();
  auto door = std::make_shared<std::latch>(1);
  auto victim = rt.spawn([](std::shared_ptr<std::latch> to_open) -> Task<> { co_await Blocks(to_open); }(door));
  rt.block_on(rt.spawn([]() -> Task<> { co_return; }())).value();
  victim.abort();
  const runtime::StallReport report = reports_.of(victim.id());
  door->count_down();
  EXPECT_FALSE(rt.block_on(victim).has_value());
  EXPECT_TRUE(report.awaits().empty()) << report.to_string();
}

TEST_F(Stall, a_poll_is_reported_once_however_long_it_lasts) {
  auto rt = builder().build().value();
  auto door = std::make_shared<std::latch>(1);
  auto handle = rt.spawn(blocked(door));
  static_cast<void>(reports_.of(handle.id()));
  // A second runtime's monitor has looked as often as it takes for another report, and this one's too, more or less.
  Reports others;
  auto other = runtime::Builder::multi_thread()
                   .worker_threads(1)
                   .stall_threshold(60ms)
                   .on_stall([&](const runtime::StallReport& report) { others.add(report); })
                   .build()
                   .value();
  auto other_handle = other.spawn(blocked(door));
  static_cast<void>(others.of(other_handle.id()));
  door->count_down();
  rt.block_on(handle).value();
  other.block_on(other_handle).value();
  EXPECT_EQ(reports_.count(handle.id()), 1);
}

TEST_F(Stall, a_task_that_runs_within_the_poll_of_one_that_awaits_it_is_the_one_that_is_reported) {
  auto rt = builder().build().value();
  auto door = std::make_shared<std::latch>(1);
  auto spawned = std::make_shared<std::latch>(1);
  static std::optional<task::Id> id;
  auto parent = rt.spawn([](std::shared_ptr<std::latch> to_wait_for, std::shared_ptr<std::latch> has_id) -> Task<> {
    auto blocks = task::spawn(blocked(to_wait_for));
    id.emplace(blocks.id());
    has_id->count_down();
    (co_await blocks).value();
  }(door, spawned));
  spawned->wait();
  static_cast<void>(reports_.of(*id));
  door->count_down();
  rt.block_on(parent).value();
}

TEST_F(Stall, each_poll_that_is_too_long_is_reported) {
  // The handler lets the task go on.
  auto rounds = std::make_shared<std::counting_semaphore<>>(0);
  std::atomic<int> reported{0};
  auto rt = runtime::Builder::multi_thread()
                .worker_threads(1)
                .stall_threshold(20ms)
                .on_stall([&](const runtime::StallReport& report) {
                  if (report.name() != "again and again") return;
                  ++reported;
                  rounds->release();
                })
                .build()
                .value();
  const auto guard = rt.enter();
  auto handle = task::Builder().name("again and again").spawn(
      [](std::shared_ptr<std::counting_semaphore<>> round) -> Task<> {
        for (int i = 0; i < 3; ++i) {
          round->acquire();
          co_await task::yield_now();
        }
      }(rounds));
  rt.block_on(handle).value();
  EXPECT_GE(reported, 3);
}

TEST_F(Stall, the_handler_is_called_on_a_thread_that_is_not_stuck) {
  std::atomic<std::thread::id> handled_by;
  auto rt = runtime::Builder::multi_thread()
                .worker_threads(1)
                .stall_threshold(20ms)
                .on_stall([&](const runtime::StallReport& report) {
                  handled_by = std::this_thread::get_id();
                  reports_.add(report);
                })
                .build()
                .value();
  auto door = std::make_shared<std::latch>(1);
  auto handle = rt.spawn([](std::shared_ptr<std::latch> to_open) -> Task<std::thread::id> {
    to_open->wait();
    co_return std::this_thread::get_id();
  }(door));
  static_cast<void>(reports_.of(handle.id()));
  door->count_down();
  EXPECT_NE(rt.block_on(handle).value(), handled_by.load());
}

TEST_F(Stall, the_handler_may_let_the_task_go_on) {
  auto door = std::make_shared<std::latch>(1);
  auto rt = runtime::Builder::multi_thread()
                .worker_threads(1)
                .stall_threshold(20ms)
                .on_stall([&](const runtime::StallReport&) { door->count_down(); })
                .build()
                .value();
  rt.block_on(rt.spawn(blocked(door))).value();
}

TEST_F(Stall, a_handler_that_throws_is_called_again_for_the_next) {
  auto rt = runtime::Builder::multi_thread()
                .worker_threads(1)
                .stall_threshold(20ms)
                .on_stall([&](const runtime::StallReport& report) {
                  reports_.add(report);
                  throw std::runtime_error("the handler's own");
                })
                .build()
                .value();
  static_cast<void>(stall_once(rt));
  static_cast<void>(stall_once(rt));
}

TEST_F(Stall, nothing_is_reported_with_a_threshold_of_zero) {
  auto rt = builder(0ms).build().value();
  // Another runtime tells when it would have been.
  Reports others;
  auto other = runtime::Builder::multi_thread()
                   .worker_threads(1)
                   .stall_threshold(20ms)
                   .on_stall([&](const runtime::StallReport& report) { others.add(report); })
                   .build()
                   .value();
  auto door = std::make_shared<std::latch>(1);
  auto handle = rt.spawn(blocked(door));
  auto other_handle = other.spawn(blocked(door));
  static_cast<void>(others.of(other_handle.id()));
  door->count_down();
  rt.block_on(handle).value();
  other.block_on(other_handle).value();
  EXPECT_EQ(reports_.count(handle.id()), 0);
}

TEST_F(Stall, what_blocks_in_place_is_not_reported) {
  auto rt = builder(kForNothing).build().value();
  auto door = std::make_shared<std::latch>(1);
  auto allowed = rt.spawn([](std::shared_ptr<std::latch> to_open) -> Task<> {
    task::block_in_place([&] { to_open->wait(); });
    co_return;
  }(door));
  static_cast<void>(stall_once(rt));  // the monitor has looked for as long as it takes
  door->count_down();
  EXPECT_EQ(reports_.count(allowed.id()), 0);
  rt.block_on(allowed).value();
}

TEST_F(Stall, a_poll_that_goes_on_blocking_after_it_blocked_in_place_is_reported) {
  auto rt = builder().build().value();
  auto door = std::make_shared<std::latch>(1);
  auto handle = rt.spawn([](std::shared_ptr<std::latch> to_open) -> Task<> {
    task::block_in_place([] {});
    blocks_here(*to_open);
    co_return;
  }(door));
  static_cast<void>(reports_.of(handle.id()));
  door->count_down();
  rt.block_on(handle).value();
}

TEST_F(Stall, what_runs_on_a_thread_of_its_own_is_not_reported) {
  auto rt = builder(kForNothing).build().value();
  auto door = std::make_shared<std::latch>(1);
  const auto guard = rt.enter();
  auto allowed = task::spawn_blocking([](std::shared_ptr<std::latch> to_open) { to_open->wait(); }, door);
  static_cast<void>(stall_once(rt));
  door->count_down();
  EXPECT_EQ(reports_.count(allowed.id()), 0);
  rt.block_on(allowed).value();
}

TEST_F(Stall, a_task_that_waits_is_not_reported) {
  auto rt = builder(kForNothing).build().value();
  auto waiting = rt.spawn([]() -> Task<> { co_await heddle::pending<void>(); }());
  static_cast<void>(stall_once(rt));
  EXPECT_EQ(reports_.count(waiting.id()), 0);
}

TEST_F(Stall, without_a_signal_there_is_a_report_without_stack) {
  auto rt = builder().stall_signal(0).build().value();
  const runtime::StallReport report = stall_once(rt);
  EXPECT_TRUE(report.stack().empty() && report.awaits().empty()) << report.to_string();
}

TEST_F(Stall, a_signal_that_the_program_handles_itself_is_left_alone) {
  static std::atomic<int> handled;
  struct sigaction own{};
  struct sigaction before{};
  own.sa_handler = [](int) { ++handled; };
  ASSERT_EQ(::sigaction(SIGUSR1, &own, &before), 0);
  auto rt = builder().stall_signal(SIGUSR1).build().value();
  EXPECT_TRUE(stall_once(rt).stack().empty());
  EXPECT_EQ(handled, 0);
  struct sigaction after{};
  ASSERT_EQ(::sigaction(SIGUSR1, &before, &after), 0);
  EXPECT_EQ(after.sa_handler, own.sa_handler);
}

TEST_F(Stall, a_thread_that_blocks_the_signal_is_reported_without_stack) {
  auto rt = builder().build().value();
  auto door = std::make_shared<std::latch>(1);
  auto handle = rt.spawn([](std::shared_ptr<std::latch> to_open) -> Task<> {
    sigset_t urgent;
    sigemptyset(&urgent);
    sigaddset(&urgent, SIGURG);
    ::pthread_sigmask(SIG_BLOCK, &urgent, nullptr);
    to_open->wait();
    ::pthread_sigmask(SIG_UNBLOCK, &urgent, nullptr);
    co_return;
  }(door));
  const runtime::StallReport report = reports_.of(handle.id());
  door->count_down();
  rt.block_on(handle).value();
  EXPECT_TRUE(report.stack().empty()) << report.to_string();
}

TEST_F(Stall, a_current_thread_runtime_reports_too_where_it_is_asked_to) {
  auto rt = runtime::Builder::current_thread()
                .stall_threshold(20ms)
                .on_stall([this](const runtime::StallReport& report) { reports_.add(report); })
                .build()
                .value();
  auto door = std::make_shared<std::latch>(1);
  auto handle = rt.spawn(blocked(door));
  std::thread opener([&] {
    static_cast<void>(reports_.of(handle.id()));
    door->count_down();
  });
  rt.block_on(handle).value();
  opener.join();
  EXPECT_EQ(reports_.count(handle.id()), 1);
}

TEST_F(Stall, a_current_thread_runtime_may_end_in_a_task_that_it_would_report) {
  auto rt = std::make_shared<std::optional<runtime::Runtime>>(
      runtime::Builder::current_thread().stall_threshold(20ms).on_stall([](const auto&) {}).build().value());
  auto handle = (*rt)->spawn([]() -> Task<> { co_return; }());
  (*rt)->block_on(heddle::poll_fn([rt](heddle::Context&) -> heddle::Poll<void> {
    rt->reset();
    return heddle::Ready();
  }));
}

TEST_F(Stall, the_text_has_all_of_it) {
  if (!kAnswers) GTEST_SKIP();
  auto rt = builder().build().value();
  const runtime::StallReport report = stall_once(rt);
  const std::string text = report.to_string();
  EXPECT_NE(text.find("heddle: stall: task " + std::to_string(report.id().number()) + " has held"), std::string::npos);
  EXPECT_NE(text.find("spawned at " + std::string(report.spawned_at().file_name())), std::string::npos);
  EXPECT_NE(text.find("inner_coroutine"), std::string::npos);
  EXPECT_NE(text.find("blocks_here"), std::string::npos);
  EXPECT_NE(text.find("task::spawn_blocking"), std::string::npos);
}

TEST_F(Stall, by_default_the_text_goes_to_stderr) {
  auto rt = runtime::Builder::multi_thread().worker_threads(1).stall_threshold(20ms).build().value();
  testing::internal::CaptureStderr();
  auto door = std::make_shared<std::latch>(1);
  auto handle = rt.spawn(blocked(door));
  // Reported before this runtime's threshold is three times over.
  auto timekeeper = builder(60ms).build().value();
  auto second = timekeeper.spawn(blocked(door));
  static_cast<void>(reports_.of(second.id()));
  door->count_down();
  rt.block_on(handle).value();
  timekeeper.block_on(second).value();
  {
    auto ended = std::move(rt);  // its monitor has printed what it was going to
  }
  EXPECT_NE(testing::internal::GetCapturedStderr().find("heddle: stall: task"), std::string::npos);
}

}  // namespace
}  // namespace heddle_test
