// SPDX-License-Identifier: MIT
// The deadlock report: what it names, and when it comes.
#include "deadlock/with_deadlock_hook.hpp"

#include <heddle/base/diagnosing.hpp>
#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

namespace heddle_test {
namespace {

namespace hd = heddle;

/// "file:line" of the line after the caller's.
std::string next_line(const std::source_location& where = std::source_location::current()) {
  return std::string(where.file_name()) + ":" + std::to_string(where.line() + 1);
}

class DeadlockReport : public WithDeadlockHook {};

INSTANTIATE_TEST_SUITE_P(, DeadlockReport, every_kind(), name_of);

hd::Task<> send_three(hd::mpsc::Sender<int> tx) {
  for (int i = 0; i < 3; ++i) co_await tx.send_async(i);
}

// Written by the tasks of a test, read when they have ended: pointers pass no door.
struct Places {
  std::string made;
  std::string cloned;
};
Places places;

TEST_P(DeadlockReport, names_where_the_channel_was_made_whose_sender_was_forgotten) {
  const std::string report = report_of([]() -> hd::Task<> {
    places.made = next_line();
    auto [tx, rx] = hd::mpsc::channel<int>();
    hd::task::spawn(send_three(tx.clone()));
    while (auto message = co_await rx.recv_async()) {
    }
  }());
  EXPECT_TRUE(names(report, "1 task waits to receive from the mpsc channel made at " + places.made)) << report;
  EXPECT_TRUE(names(report, "  1 made with it at " + places.made)) << report;
}

TEST_P(DeadlockReport, names_where_the_living_senders_were_cloned) {
  const std::string report = report_of([]() -> hd::Task<> {
    auto [tx, rx] = hd::mpsc::channel<int>();
    std::vector<hd::mpsc::Sender<int>> clones;
    for (int i = 0; i < 3; ++i) {
      places.cloned = next_line();
      clones.push_back(tx.clone());
    }
    static_cast<void>(co_await rx.recv_async());
  }());
  EXPECT_TRUE(names(report, "  3 cloned at " + places.cloned)) << report;
}

TEST_P(DeadlockReport, names_no_sender_that_is_gone) {
  const std::string report = report_of([]() -> hd::Task<> {
    auto [tx, rx] = hd::mpsc::channel<int>();
    hd::mpsc::Sender<int> kept = tx.clone();
    places.cloned = next_line();
    { const auto gone = tx.clone(); }
    { const auto gone = std::move(tx); }
    static_cast<void>(co_await rx.recv_async());
  }());
  EXPECT_TRUE(names(report, "cloned at ")) << report;
  EXPECT_FALSE(names(report, "made with it")) << report;
  EXPECT_FALSE(names(report, places.cloned)) << report;
}

TEST_P(DeadlockReport, a_sender_that_was_moved_is_named_by_where_it_was_made) {
  const std::string report = report_of([]() -> hd::Task<> {
    auto [tx, rx] = hd::mpsc::channel<int>();
    places.cloned = next_line();
    hd::mpsc::Sender<int> first = tx.clone();
    std::optional<hd::mpsc::Sender<int>> second(std::move(first));
    tx = *std::move(second);
    static_cast<void>(co_await rx.recv_async());
  }());
  EXPECT_TRUE(names(report, "  1 cloned at " + places.cloned)) << report;
  EXPECT_FALSE(names(report, "made with it")) << report;
}

TEST_P(DeadlockReport, names_where_a_weak_sender_was_upgraded) {
  const std::string report = report_of([]() -> hd::Task<> {
    auto [tx, rx] = hd::mpsc::channel<int>();
    const auto weak = tx.downgrade();
    places.cloned = next_line();
    const auto strong = weak.upgrade();
    static_cast<void>(co_await rx.recv_async());
  }());
  EXPECT_TRUE(names(report, "  1 upgraded at " + places.cloned)) << report;
}

TEST_P(DeadlockReport, knows_a_bounded_channel) {
  EXPECT_TRUE(names(report_of([]() -> hd::Task<> {
                      auto [tx, rx] = hd::mpsc::sync_channel<int>(3);
                      static_cast<void>(co_await rx.recv_async());
                    }()),
                    "the mpsc channel made at"));
}

TEST_P(DeadlockReport, knows_a_rendezvous) {
  EXPECT_TRUE(names(report_of([]() -> hd::Task<> {
                      auto [tx, rx] = hd::mpsc::sync_channel<int>(0);
                      static_cast<void>(co_await rx.recv_async());
                    }()),
                    "the mpsc channel made at"));
}

hd::Task<> receive(hd::mpmc::Receiver<int> rx) { static_cast<void>(co_await rx.recv_async()); }

TEST_P(DeadlockReport, counts_the_receivers_that_wait_in_an_mpmc_channel) {
  EXPECT_TRUE(names(report_of([]() -> hd::Task<> {
                      auto [tx, rx] = hd::mpmc::channel<int>();
                      hd::task::spawn(receive(rx.clone()));
                      static_cast<void>(co_await rx.recv_async());
                    }()),
                    "2 tasks wait to receive from the mpmc channel made at"));
}

TEST_P(DeadlockReport, knows_oneshot) {
  EXPECT_TRUE(names(report_of([]() -> hd::Task<> {
                      auto [tx, rx] = hd::oneshot::channel<int>();
                      static_cast<void>(co_await rx);
                    }()),
                    "the oneshot channel made at"));
}

TEST_P(DeadlockReport, knows_broadcast) {
  const std::string report = report_of([]() -> hd::Task<> {
    auto [tx, rx] = hd::broadcast::channel<int>(4);
    places.cloned = next_line();
    const auto clone = tx.clone();
    static_cast<void>(co_await rx.recv());
  }());
  EXPECT_TRUE(names(report, "the broadcast channel made at")) << report;
  EXPECT_TRUE(names(report, "  1 cloned at " + places.cloned)) << report;
}

TEST_P(DeadlockReport, knows_watch) {
  const std::string report = report_of([]() -> hd::Task<> {
    auto [tx, rx] = hd::watch::channel(1);
    places.cloned = next_line();
    const auto clone = tx.clone();
    static_cast<void>(co_await rx.changed());
  }());
  EXPECT_TRUE(names(report, "the watch channel made at")) << report;
  EXPECT_TRUE(names(report, "  1 cloned at " + places.cloned)) << report;
}

TEST_P(DeadlockReport, comes_also_when_the_future_of_block_on_itself_waits) {
  auto its_runtime = runtime();
  auto [tx, rx] = hd::mpsc::channel<int>();
  EXPECT_THROW(static_cast<void>(its_runtime.block_on(rx.recv_async())), Deadlock);
}

TEST_P(DeadlockReport, comes_in_paused_time) {
  if (GetParam() != RuntimeKind::kCurrentThread) GTEST_SKIP() << "only a current-thread runtime can pause";
  auto its_runtime = hd::runtime::Builder::current_thread()
                         .start_paused()
                         .on_deadlock([](std::string_view report) { throw Deadlock(std::string(report)); }, kPeriod)
                         .build()
                         .value();
  auto [tx, rx] = hd::mpsc::channel<int>();
  EXPECT_THROW(static_cast<void>(its_runtime.block_on(rx.recv_async())), Deadlock);
}

TEST_P(DeadlockReport, names_a_channel_once) {
  std::vector<std::string> reports;
  auto [control, commands] = hd::mpsc::channel<bool>();
  auto its_runtime = builder_of(GetParam())
                         .on_deadlock(
                             [&, &control = control](std::string_view report) {
                               reports.emplace_back(report);
                               control.send(reports.size() < 3).value();
                             },
                             kPeriod)
                         .build()
                         .value();
  // With each command another channel is stuck.
  auto stuck = its_runtime.spawn([](hd::mpsc::Receiver<bool> rx) -> hd::Task<> {
    std::vector<hd::oneshot::Channel<int>> channels;
    std::vector<hd::task::JoinHandle<void>> waiting;
    while ((co_await rx.recv_async()).value()) {
      auto [tx, one] = hd::oneshot::channel<int>();
      auto wait = []([[maybe_unused]] hd::oneshot::Sender<int> keep, hd::oneshot::Receiver<int> answer) -> hd::Task<> {
        static_cast<void>(co_await answer);
      };
      hd::task::spawn(wait(std::move(tx), std::move(one)));
    }
  }(std::move(commands)));
  ASSERT_TRUE(its_runtime.block_on(std::move(stuck)).has_value());
  ASSERT_EQ(reports.size(), 3U);
  EXPECT_TRUE(names(reports[0], "the mpsc channel"));
  for (const std::size_t later : {1U, 2U}) {
    EXPECT_FALSE(names(reports[later], "the mpsc channel")) << reports[later];
    EXPECT_TRUE(names(reports[later], "1 task waits to receive from the oneshot channel")) << reports[later];
  }
}

TEST_P(DeadlockReport, does_not_count_a_runtime_that_has_shut_down) {
  auto ended = runtime_of(GetParam());
  const auto handle = ended.handle();
  { const auto end = std::move(ended); }
  EXPECT_NE(report_of([]() -> hd::Task<> {
              auto [tx, rx] = hd::mpsc::channel<int>();
              static_cast<void>(co_await rx.recv_async());
            }()),
            "");
}

TEST_P(DeadlockReport, may_be_prepared_while_other_runtimes_come_and_go) {
  std::thread others([kind = GetParam()] {
    for (int i = 0; i < 50; ++i) {
      auto [tx, rx] = hd::mpsc::channel<int>();
      auto short_lived = runtime_of(kind);
      short_lived.spawn([](hd::mpsc::Receiver<int> its) -> hd::Task<> {
        static_cast<void>(co_await its.recv_async());
      }(std::move(rx)));
      const auto clone = tx.clone();
    }
  });
  // They may stand in the report, or keep it away for a while.
  const std::string report = report_of([]() -> hd::Task<> {
    auto [tx, rx] = hd::oneshot::channel<int>();
    static_cast<void>(co_await rx);
  }());
  others.join();
  EXPECT_NE(report, "");
}

// ---- Without a hook.

TEST(DeadlockReportByDefault, is_printed_to_stderr) {
  hd::base::start_diagnosing();
  std::array<int, 2> pipe_ends;
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  const int real_stderr = dup(STDERR_FILENO);
  dup2(pipe_ends[1], STDERR_FILENO);
  close(pipe_ends[1]);

  auto [tx, rx] = hd::mpsc::channel<int>();
  std::string printed;
  std::thread reads([&printed, from = pipe_ends[0], tx = std::move(tx)] {
    std::array<char, 4096> some;
    while (!printed.ends_with("no deadlock.)\n")) {
      printed.append(some.data(), static_cast<std::size_t>(std::max(read(from, some.data(), some.size()), ssize_t{0})));
    }
    tx.send(1).value();  // a thread outside of all runtimes, as the report says
  });
  auto its_runtime = hd::runtime::Builder::current_thread().build().value();
  const auto message = its_runtime.block_on(rx.recv_async());
  reads.join();
  dup2(real_stderr, STDERR_FILENO);
  close(real_stderr);
  close(pipe_ends[0]);
  EXPECT_EQ(message, 1);
  EXPECT_TRUE(names(printed, "heddle: deadlock: ")) << printed;
  EXPECT_TRUE(names(printed, "deadlock_report_test.cpp:")) << printed;
}

TEST(Diagnosing, is_on_at_the_start_in_a_debug_build_or_if_the_environment_says_so) {
  using hd::base::diagnoses_at_start;
  EXPECT_TRUE(diagnoses_at_start(nullptr, true));
  EXPECT_FALSE(diagnoses_at_start(nullptr, false));
  EXPECT_TRUE(diagnoses_at_start("1", false));
  EXPECT_FALSE(diagnoses_at_start("0", true));
  EXPECT_FALSE(diagnoses_at_start("", false));
}

}  // namespace
}  // namespace heddle_test
