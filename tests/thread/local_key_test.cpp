// SPDX-License-Identifier: MIT
// LocalKey: one value per thread.
#include <heddle/future/async.hpp>
#include <heddle/sync/cell.hpp>
#include <heddle/sync/ref_cell.hpp>
#include <heddle/thread/local_key.hpp>

#include <heddle/thread/spawn.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace thread = heddle::thread;
using thread::LocalKey;

/// A value that const access can change, for one thread.
struct Changeable {
  mutable int value;
};

constinit LocalKey<Changeable> counter([] { return Changeable{1}; });

int next() {
  return counter.with([](const Changeable& c) { return c.value++; });
}

TEST(LocalKey, each_thread_has_its_own_value) {
  EXPECT_EQ(next(), 1);
  EXPECT_EQ(next(), 2);
  EXPECT_EQ(thread::spawn([] { return next(); }).join().value(), 1);
  EXPECT_EQ(next(), 3);
}

TEST(LocalKey, the_initialiser_runs_in_the_first_use_of_a_thread_and_once) {
  static std::atomic<int> made = 0;
  static constinit LocalKey<int> key([] { return ++made; });
  thread::spawn([] {
    EXPECT_EQ(made, 0);
    key.with([](int) {});
    key.with([](int) {});
    EXPECT_EQ(made, 1);
  }).join().value();
}

TEST(LocalKey, with_returns_what_its_function_does_a_reference_too) {
  static constinit LocalKey<std::string> key([] { return std::string("text"); });
  static_assert(std::is_same_v<decltype(key.with([](const std::string& s) -> const std::string& { return s; })),
                               const std::string&>);
  EXPECT_EQ(key.with([](const std::string& s) { return s.size(); }), 4U);
  EXPECT_EQ(key.try_with([](const std::string& s) { return s.size(); }).value(), 4U);
}

template <class F>
concept MayBeLent = requires(const LocalKey<int>& key, F f) {
  key.with(f);
  key.try_with(f);
};

TEST(LocalKey, a_value_is_not_lent_to_a_coroutine) {
  static_assert(MayBeLent<int (*)(const int&)>);
  static_assert(!MayBeLent<heddle::Async<int> (*)(const int&)>);
}

TEST(LocalKey, two_keys_with_one_initialiser_are_two_variables) {
  static constexpr auto kInit = [] { return Changeable{0}; };
  static constinit LocalKey<Changeable> first(kInit);
  static constinit LocalKey<Changeable> second(kInit);
  first.with([](const Changeable& c) { c.value = 9; });
  EXPECT_EQ(second.with([](const Changeable& c) { return c.value; }), 0);
}

TEST(LocalKey, an_exception_of_the_initialiser_reaches_the_caller_and_the_next_use_tries_again) {
  static std::atomic<int> tries = 0;
  static constinit LocalKey<int> key([] {
    if (++tries == 1) throw std::runtime_error("not yet");
    return 8;
  });
  EXPECT_THROW(key.with([](int) {}), std::runtime_error);
  EXPECT_EQ(key.with([](int n) { return n; }), 8);
}

int ask_itself();
constinit LocalKey<int> recursive([] { return ask_itself(); });
int ask_itself() {
  return recursive.with([](int n) { return n; });
}

TEST(LocalKey, an_initialiser_that_asks_for_its_own_value_is_told_so) {
  EXPECT_THROW(recursive.with([](int) {}), std::logic_error);
}

TEST(LocalKey, many_keys_used_within_each_others_initialisers_keep_their_values) {
  static constinit LocalKey<int> a([] { return 1; });
  static constinit LocalKey<int> b([] { return a.with([](int n) { return n; }) + 1; });
  static constinit LocalKey<int> c([] { return b.with([](int n) { return n; }) + 1; });
  EXPECT_EQ(thread::spawn([] { return c.with([](int n) { return n; }); }).join().value(), 3);
}

struct AsksItself {
  std::optional<bool>* refused;
  ~AsksItself();
};
std::optional<bool> refused_during;  // NOLINT
constinit LocalKey<AsksItself> dying([] { return AsksItself{&refused_during}; });
AsksItself::~AsksItself() { *refused = !dying.try_with([](const AsksItself&) {}).has_value(); }

TEST(LocalKey, asking_for_a_value_that_is_being_destroyed_is_an_error) {
  refused_during.reset();
  thread::spawn([] { dying.with([](const AsksItself&) {}); }).join().value();
  EXPECT_EQ(refused_during, true);
}

struct ThrowsLate {
  bool* threw;
  ~ThrowsLate();
};
constinit LocalKey<int> early([] { return 1; });
bool threw_access_error = false;  // NOLINT
constinit LocalKey<ThrowsLate> later([] { return ThrowsLate{&threw_access_error}; });
ThrowsLate::~ThrowsLate() {
  try {
    early.with([](int) {});
  } catch (const thread::AccessError&) {
    *threw = true;
  }
}

TEST(LocalKey, with_throws_after_the_destruction) {
  thread::spawn([] {
    later.with([](const ThrowsLate&) {});  // made first, destroyed last
    early.with([](int) {});
  }).join().value();
  EXPECT_TRUE(threw_access_error);
}

TEST(LocalKey, the_value_made_last_is_destroyed_first_also_beside_thread_locals) {
  static std::vector<int> order;
  struct Ends {
    int number;
    explicit Ends(int n) : number(n) {}
    Ends(Ends&&) = delete;
    ~Ends() { order.push_back(number); }
  };
  static constinit LocalKey<Ends> first([] { return Ends(1); });
  static constinit LocalKey<Ends> third([] { return Ends(3); });
  thread::spawn([] {
    first.with([](const Ends&) {});
    thread_local Ends second(2);
    EXPECT_EQ(second.number, 2);
    third.with([](const Ends&) {});
  }).join().value();
  EXPECT_EQ(order, (std::vector{3, 2, 1}));
}

TEST(LocalKey, of_a_cell_has_the_verbs_of_the_cell) {
  static constinit LocalKey<heddle::sync::Cell<int>> key([] { return heddle::sync::Cell<int>(1); });
  key.set(2);
  EXPECT_EQ(key.get(), 2);
  EXPECT_EQ(key.replace(3), 2);
  EXPECT_EQ(key.take(), 3);
  EXPECT_EQ(key.get(), 0);
}

TEST(LocalKey, of_a_ref_cell_lends_its_value_for_a_call) {
  using Words = heddle::sync::RefCell<std::vector<std::string>>;
  static constinit LocalKey<Words> key([] { return Words(std::vector<std::string>()); });
  key.with_borrow_mut([](std::vector<std::string>& words) { words.emplace_back("one"); });
  EXPECT_EQ(key.with_borrow([](const std::vector<std::string>& words) { return words.size(); }), 1U);
  EXPECT_THROW(key.with_borrow([](const auto&) { key.with_borrow_mut([](auto&) {}); }), heddle::sync::BorrowMutError);
}

TEST(LocalKey, works_in_a_thread_that_was_started_otherwise) {
  static std::atomic<int> destroyed = 0;
  struct Ends {
    bool armed = true;
    ~Ends() { destroyed += armed; }
  };
  static constinit LocalKey<Ends> key([] { return Ends(); });
  std::thread([] { key.with([](const Ends&) {}); }).join();
  EXPECT_EQ(destroyed, 1);
}

}  // namespace
