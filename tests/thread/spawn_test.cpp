// SPDX-License-Identifier: MIT
// Starting threads: arguments, names, stacks, and what the system refuses.
#include <heddle/thread/spawn.hpp>

#include "sys/thread.hpp"
#include "thread/handshake.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

namespace thread = heddle::thread;
using heddle_test::Counted;
using heddle_test::Gate;

TEST(Spawn, gives_the_callable_its_own_copies_of_the_arguments) {
  std::string text = "mine";
  const std::string theirs = thread::spawn([](std::string t) { return t += "!"; }, text).join().value();
  EXPECT_EQ(theirs, "mine!");
  EXPECT_EQ(text, "mine");
}

TEST(Spawn, takes_arguments_that_can_only_be_moved) {
  auto handle = thread::spawn([](std::unique_ptr<int> p) { return *p; }, std::make_unique<int>(7));
  EXPECT_EQ(handle.join().value(), 7);
}

TEST(Spawn, takes_a_function) {
  struct Twice {
    static int of(int n) { return 2 * n; }
  };
  EXPECT_EQ(thread::spawn(&Twice::of, 21).join().value(), 42);
}

TEST(Spawn, gives_back_what_can_only_be_moved) {
  auto handle = thread::spawn([](int n) { return std::make_unique<int>(n); }, 9);
  EXPECT_EQ(*handle.join().value(), 9);
}

TEST(Spawn, gives_a_copy_of_what_is_returned_by_reference) {
  static const int number = 3;
  auto handle = thread::spawn([]() -> const int& { return number; });
  static_assert(std::is_same_v<decltype(handle), thread::JoinHandle<int>>);
  EXPECT_EQ(handle.join().value(), 3);
}

TEST(Spawn, destroys_the_arguments_before_the_thread_counts_as_finished) {
  static std::atomic<int> alive = 0;
  auto handle = thread::spawn([](const Counted&) {}, Counted(alive));
  while (!handle.is_finished()) thread::yield_now();
  EXPECT_EQ(alive, 0);
  handle.join().value();
}

TEST(Spawn, destroys_the_arguments_when_an_exception_leaves_the_callable) {
  static std::atomic<int> alive = 0;
  auto handle = thread::spawn([](const Counted&) { throw std::runtime_error("out"); }, Counted(alive));
  EXPECT_FALSE(handle.join().has_value());
  EXPECT_EQ(alive, 0);
}

TEST(Builder, an_unnamed_thread_has_no_name) {
  EXPECT_FALSE(thread::spawn([] { return thread::current().name().has_value(); }).join().value());
}

TEST(Builder, the_name_is_kept_whole_and_cut_to_15_bytes_for_the_system) {
  constexpr std::string_view kName = "a name of more than 15 bytes";
  auto handle = thread::Builder().name(std::string(kName)).spawn([] {
    return std::pair(std::string(thread::current().name().value()),
                     heddle::sys::read_file("/proc/thread-self/comm").value());
  });
  const auto [whole, cut] = handle.value().join().value();
  EXPECT_EQ(whole, kName);
  EXPECT_EQ(cut, "a name of more \n");
}

TEST(Builder, a_zero_byte_in_the_name_is_refused) {
  EXPECT_THROW(thread::Builder().name(std::string("a\0b", 3)), std::invalid_argument);
}

TEST(Builder, a_builder_starts_any_number_of_threads) {
  thread::Builder builder;
  builder.name("twin");
  for (int i = 0; i < 2; ++i) {
    auto handle = builder.spawn([] { return std::string(thread::current().name().value()); });
    EXPECT_EQ(handle.value().join().value(), "twin");
  }
}

TEST(Builder, the_stack_holds_at_least_the_size_that_was_asked_for) {
  auto handle = thread::Builder().stack_size(32 * 1024 * 1024).spawn([] {
    std::array<volatile char, 16 * 1024 * 1024> room;
    for (std::size_t i = 0; i < room.size(); i += 4096) room[i] = 1;
    return static_cast<int>(room[room.size() / 2]);
  });
  EXPECT_EQ(handle.value().join().value(), 1);
}

TEST(Builder, a_stack_size_that_is_too_small_or_no_whole_page_is_raised) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{4095}, std::size_t{300'001}}) {
    auto handle = thread::Builder().stack_size(size).spawn([] { return 1; });
    ASSERT_TRUE(handle.has_value());
    EXPECT_EQ(handle.value().join().value(), 1);
  }
}

constexpr std::size_t kMoreThanThereIs = std::size_t{1} << 56;

TEST(Builder, a_thread_that_the_system_refuses_is_an_error) {
  for (const std::size_t size : {kMoreThanThereIs, SIZE_MAX}) {
    auto handle = thread::Builder().stack_size(size).spawn([] {});
    ASSERT_FALSE(handle.has_value());
    EXPECT_TRUE(handle.error() == std::errc::resource_unavailable_try_again || handle.error() == std::errc::invalid_argument)
        << handle.error();
  }
}

TEST(Builder, a_thread_that_the_system_refuses_destroys_its_arguments) {
  static std::atomic<int> alive = 0;
  EXPECT_FALSE(thread::Builder().stack_size(kMoreThanThereIs).spawn([](const Counted&) {}, Counted(alive)).has_value());
  EXPECT_EQ(alive, 0);
}

TEST(Spawn, refusal_by_the_system_is_thrown_as_its_error) {
  EXPECT_THROW(thread::detail::refuse_spawn(std::make_error_code(std::errc::resource_unavailable_try_again)),
               std::system_error);
}

TEST(Current, is_the_same_thread_however_often_it_is_asked) {
  EXPECT_EQ(thread::current().id(), thread::current().id());
}

TEST(Current, the_handle_and_the_thread_itself_agree_on_the_id) {
  auto handle = thread::spawn([] { return thread::current().id(); });
  const thread::ThreadId id = handle.thread().id();
  EXPECT_EQ(handle.join().value(), id);
}

TEST(Current, the_main_thread_is_called_main) { EXPECT_EQ(thread::current().name(), "main"); }

TEST(Current, a_thread_that_was_started_otherwise_has_an_id_and_no_name) {
  std::thread([] {
    EXPECT_FALSE(thread::current().name().has_value());
    EXPECT_NE(thread::current().id().number(), 0U);
  }).join();
}

TEST(Current, works_in_the_destructor_of_a_thread_local_that_is_older) {
  struct AsksLate {
    std::atomic<std::uint64_t>* answer = nullptr;
    ~AsksLate() { answer->store(thread::current().id().number()); }
  };
  static std::atomic<std::uint64_t> asked = 0;
  auto handle = thread::spawn([] {
    thread_local AsksLate late;
    late.answer = &asked;
  });
  const thread::ThreadId id = handle.thread().id();
  handle.join().value();
  EXPECT_EQ(asked, id.number());
}

TEST(Thread, a_handle_outlives_the_thread) {
  auto handle = thread::Builder().name("gone").spawn([] { return thread::current(); });
  const thread::Thread kept = handle.value().join().value();
  kept.unpark();
  EXPECT_EQ(kept.name(), "gone");
  EXPECT_EQ(kept.clone().id(), kept.id());
}

TEST(Panicking, is_true_only_while_an_exception_unwinds) {
  struct Asks {
    bool& answer;
    ~Asks() { answer = thread::panicking(); }
  };
  bool during = false;
  bool without = true;
  try {
    const Asks asks{during};
    throw std::runtime_error("unwind");
  } catch (const std::runtime_error&) {
    const Asks asks{without};
  }
  EXPECT_TRUE(during);
  EXPECT_FALSE(without);
}

}  // namespace
