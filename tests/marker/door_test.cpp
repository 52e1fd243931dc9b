// SPDX-License-Identifier: MIT
// Doors: what passes, what is no valid call, and closures as far as each compiler sees into them.
#include <heddle/marker/door.hpp>

#include <gtest/gtest.h>

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hd = heddle;

namespace {

template <class F, class... Args>
  requires std::invocable<std::decay_t<F>, std::decay_t<Args>...> && hd::marker::CallMayCross<F, Args...>
hd::marker::ResultOf<F, Args...> spawn(F&& f, Args&&... args) {
  return std::decay_t<F>(std::forward<F>(f))(std::decay_t<Args>(std::forward<Args>(args))...);
}
template <class F, class... Args>
  requires std::invocable<std::decay_t<F>, std::decay_t<Args>...> && (!hd::marker::CallMayCross<F, Args...>)
typename hd::marker::RefusedCall<F, Args...>::type spawn(F&&, Args&&...);

template <class F, class... Args>
concept Passes = requires(F f, Args... args) { spawn(std::move(f), std::move(args)...); };

int length(std::string text) { return static_cast<int>(text.size()); }
int* pointer() { return nullptr; }
const std::string& reference() {
  static const std::string text;
  return text;
}
std::string_view view() { return {}; }

TEST(Door, lets_what_is_sent_and_owned_pass) {
  EXPECT_EQ(spawn(length, std::string("four")), 4);
  EXPECT_EQ(spawn([](std::unique_ptr<int> n) { return *n; }, std::make_unique<int>(5)), 5);
}

TEST(Door, a_refused_call_is_no_valid_expression) {
  static_assert(Passes<int (*)(std::string), std::string>);
  static_assert(!Passes<int (*)(std::string), const char*>);
  static_assert(!Passes<void (*)(std::string_view), std::string_view>);
  static_assert(!Passes<void (*)(std::vector<int*>), std::vector<int*>>);
}

TEST(Door, refuses_a_result_that_may_not_cross) {
  static_assert(!Passes<int* (*)()>);
  static_assert(!Passes<const std::string& (*)()>);
  static_assert(!Passes<std::string_view (*)()>);
  static_cast<void>(pointer);
  static_cast<void>(reference);
  static_cast<void>(view);
}

TEST(Door, an_assumed_callable_passes_whatever_it_captures) {
  int n = 1;
  auto borrows = [&n](int by) { return n += by; };
  static_assert(!Passes<decltype(borrows), int>);
  EXPECT_EQ(spawn(hd::unsafe_assume_send(borrows), 2), 3);
  EXPECT_EQ(spawn([](hd::AssumeSend<int*> p) { return *p.value; }, hd::unsafe_assume_send(&n)), 3);
}

TEST(Door, a_scope_lends_what_a_thread_of_its_own_may_not_keep) {
  static_assert(hd::marker::CallMayBorrow<void (*)(std::string_view), std::string_view>);
  static_assert(!hd::marker::CallMayCross<void (*)(std::string_view), std::string_view>);
  static_assert(!hd::marker::CallMayBorrow<void (*)(int*), int*>);
}

TEST(Closure, of_bits_passes_and_one_that_borrows_does_not) {
  int i = 1;
  double d = 2;
  int* p = nullptr;
  const std::vector<int*> pointers;
  const auto nothing = [] {};
  const auto bits = [i, d] { return i + d; };
  const auto by_reference = [&i] { return i; };
  const auto by_pointer = [p] { return p; };
  const auto by_container = [pointers] { return pointers.size(); };
  static_assert(Passes<decltype(nothing)> && Passes<decltype(bits)>);
  static_assert(!hd::Owned<decltype(by_reference)> && !hd::Send<decltype(by_reference)>);
  static_assert(!hd::Owned<decltype(by_pointer)> && !hd::Send<decltype(by_pointer)>);
  static_assert(!hd::Send<decltype(by_container)>);
  static_cast<void>(by_container);
}

TEST(Closure, a_type_made_from_a_lambda_is_no_lambda) {
  const auto bits = [n = 1] { return n; };
  struct Wraps {
    decltype(bits) f;
    std::string text;
  };
  static_assert(hd::Send<std::vector<std::remove_const_t<decltype(bits)>>> && hd::Send<Wraps>);
}

#if HEDDLE_MARKER_SEES_CAPTURES
TEST(Closure, passes_with_any_capture_that_may_cross_where_captures_are_seen) {
  const std::string text;
  const std::vector<std::string> texts;
  const auto owns = [text, texts, n = 1] { return text.size() + texts.size() + static_cast<std::size_t>(n); };
  static_assert(hd::Send<decltype(owns)> && hd::Owned<decltype(owns)>);
  const std::string* pointer_to_text = &text;
  const auto mixed = [text, pointer_to_text] { return text == *pointer_to_text; };
  static_assert(!hd::Send<decltype(mixed)>);
  static_cast<void>(owns);
  static_cast<void>(mixed);
}
#endif

}  // namespace
