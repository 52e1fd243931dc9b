// SPDX-License-Identifier: MIT
// The conformance table: constructs around co_await that we promise to work on every compiler, with heddle's types.
//
// GCC 12 miscompiles a full expression that contains co_await and makes a temporary of an aggregate with a non-trivial
// member, or of a closure with non-trivial captures, or a class by `?:`; and it refuses a braced list of non-trivial
// elements. What stands here avoids these, by types with constructors or by giving the thing a name on the line before.
// Each construct is run to its end and dropped at each suspension, and must destroy exactly what it made.
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/ok.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <array>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/lent.hpp"
#include "support/mock_task.hpp"
#include "support/tracked.hpp"

namespace {

using heddle::Async;
using heddle::block_on;
using heddle::Context;
using heddle::ok;
using heddle::Pending;
using heddle::Poll;
using heddle::Ready;
using heddle::Task;
using heddle::test::drop_at_each_suspension;
using heddle::test::Lent;
using heddle::test::Lives;
using heddle::test::Tracked;
using heddle::test::YieldTimes;

/// Runs `body(lives)` and expects that it gives `expected`; drops it at each suspension; counts lives each time.
template <class Body>
void expect(int expected, Body body) {
  Lives lives;
  const auto clean = [&](int k) {
    EXPECT_EQ(lives.alive, 0) << "dropped at suspension " << k;
    EXPECT_EQ(lives.misused, 0) << "dropped at suspension " << k;
  };
  EXPECT_EQ(block_on(body(lives)), expected);
  clean(-1);
  drop_at_each_suspension([&] { return body(lives); }, clean);
}

// Coroutines of both kinds, with each kind of parameter.
Task<int> by_value(Tracked t) {
  co_await YieldTimes(1);
  co_return t.id();
}
Async<int> by_const_ref(const Tracked& t) {
  co_await YieldTimes(1);
  co_return t.id();
}
Async<int> by_rvalue_ref(Tracked&& t) {
  co_await YieldTimes(1);
  co_return t.id();
}
Async<int> by_default(Lives& lives, std::optional<Tracked> t = std::nullopt) {
  co_await YieldTimes(1);
  co_return t ? t->id() : 4 + lives.misused;
}
template <class... Ts>
Task<int> by_pack(Ts... ts) {
  co_await YieldTimes(1);
  co_return (0 + ... + ts.id());
}
Task<int> length(std::string s) {
  co_await YieldTimes(1);
  co_return static_cast<int>(s.size());
}
Async<int> length_ref(const std::string& s) {
  co_await YieldTimes(1);
  co_return static_cast<int>(s.size());
}
Async<int> length_view(std::string_view s) {
  co_await YieldTimes(1);
  co_return static_cast<int>(s.size());
}
Task<Tracked> make(Lent<Lives> lives, int id) {
  co_await YieldTimes(1);
  co_return Tracked(*lives, id);
}
Task<std::vector<Tracked>> make_many(Lent<Lives> lives, int n) {
  co_await YieldTimes(1);
  std::vector<Tracked> many;
  for (int i = 0; i < n; ++i) many.emplace_back(*lives, i);
  co_return many;
}
Task<std::expected<Tracked, std::string>> make_or_fail(Lent<Lives> lives, int id) {
  co_await YieldTimes(1);
  if (id < 0) co_return std::unexpected("an error that is too long for the small string");
  co_return Tracked(*lives, id);
}
Task<int> throws(Tracked t, bool late) {
  if (!late) throw t.id();
  co_await YieldTimes(1);
  throw t.id() + 1;
}
template <class F>
Async<int> call(F f) {
  co_await YieldTimes(1);
  const int result = co_await f();
  co_return result;
}
int sum(int a, int b, const Tracked& t) { return a + b + t.id(); }

/// A future with a non-trivial member and a constructor.
class Later {
 public:
  using Output = int;
  explicit Later(Tracked t) : tracked_(std::move(t)) {}
  Poll<int> poll(Context& cx) {
    if (std::exchange(done_, true)) return Ready(tracked_.id());
    cx.yield();
    return Pending;
  }
  Later with(Tracked t) && {
    tracked_ = std::move(t);
    return std::move(*this);
  }

 private:
  Tracked tracked_;
  bool done_ = false;
};
Later later(Tracked t) { return Later(std::move(t)); }

/// Options and results as heddle makes them: public members and a constructor.
struct Options {
  std::string name = "n";
  Tracked tracked;
  int port = 0;

  explicit Options(Tracked t) : tracked(std::move(t)) {}
  HEDDLE_FIELDS(name, tracked, port);
  Options& with_port(int p) {
    port = p;
    return *this;
  }
};
Task<int> with_options(Options o) {
  co_await YieldTimes(1);
  co_return static_cast<int>(o.name.size()) + o.tracked.id() + o.port;
}
struct TwoResults {
  Tracked first;
  Tracked second;
  TwoResults(Tracked a, Tracked b) : first(std::move(a)), second(std::move(b)) {}
};
Task<TwoResults> make_two(Lent<Lives> lives) {
  co_await YieldTimes(1);
  co_return TwoResults(Tracked(*lives, 2), Tracked(*lives, 3));
}

/// What users write themselves: an aggregate. It must have a name.
struct Aggregate {
  Tracked tracked;
  int n = 0;
};
Task<int> with_aggregate(Aggregate a) {
  co_await YieldTimes(1);
  co_return a.tracked.id() + a.n;
}

class Object {
 public:
  explicit Object(Lives& lives) : tracked_(lives, 9) {}
  Async<int> method(Tracked t) const {
    co_await YieldTimes(1);
    co_return tracked_.id() + t.id();
  }

 private:
  Tracked tracked_;
};

// Temporaries

TEST(Temporaries, as_arguments_by_value_and_by_reference) {
  expect(9, [](Lives& l) -> Async<int> {
    int n = co_await by_value(Tracked(l, 2));
    n += co_await by_const_ref(Tracked(l, 3));
    n += co_await by_rvalue_ref(Tracked(l, 4));
    co_return n;
  });
}

TEST(Temporaries, as_a_pack_of_arguments_and_as_default_arguments) {
  expect(10, [](Lives& l) -> Async<int> {
    const int pack = co_await by_pack(Tracked(l, 1), Tracked(l, 2), Tracked(l, 3));
    co_return pack + co_await by_default(l);
  });
}

TEST(Temporaries, of_strings_and_views_of_them) {
  expect(94, [](Lives&) -> Async<int> {
    co_return co_await length("abc") + co_await length_ref("a string that is long enough for the heap") +
        co_await length_view(std::string(50, 'a'));
  });
}

TEST(Temporaries, of_vocabulary_types) {
  expect(14, [](Lives& l) -> Async<int> {
    const auto pointer = [](std::unique_ptr<Tracked> p) -> Task<int> {
      co_await YieldTimes(1);
      co_return p->id();
    };
    const auto others = [](std::optional<Tracked> o, std::expected<Tracked, int> e,
                           std::pair<Tracked, std::string> p) -> Task<int> {
      co_await YieldTimes(1);
      co_return o->id() + e->id() + p.first.id();
    };
    const int first = co_await pointer(std::make_unique<Tracked>(l, 2));
    co_return first + co_await others(Tracked(l, 3), Tracked(l, 4), std::pair(Tracked(l, 5), std::string("x")));
  });
}

TEST(Temporaries, of_the_object_whose_method_is_awaited) {
  expect(10, [](Lives& l) -> Async<int> { co_return co_await Object(l).method(Tracked(l, 1)); });
}

TEST(Temporaries, of_futures_with_constructors) {
  expect(10, [](Lives& l) -> Async<int> {
    int n = co_await Later(Tracked(l, 2));
    n += co_await later(Tracked(l, 3));
    n += co_await later(Tracked(l, 4)).with(Tracked(l, 5));
    co_return n;
  });
}

TEST(Temporaries, of_option_types_with_constructors) {
  expect(86, [](Lives& l) -> Async<int> {
    const int port = co_await with_options(Options(Tracked(l, 2)).with_port(80));
    co_return port + co_await with_options(Options(Tracked(l, 2)));
  });
}

TEST(Temporaries, that_are_trivial_aggregates) {
  struct Trivial {
    int a;
    int b;
  };
  expect(6, [](Lives&) -> Async<int> {
    const auto add = [](Trivial t) -> Task<int> {
      co_await YieldTimes(1);
      co_return t.a + t.b;
    };
    co_return co_await add({1, 2}) + co_await add(Trivial{.a = 1, .b = 2});
  });
}

TEST(Temporaries, of_captureless_and_reference_capturing_closures) {
  expect(9, [](Lives& l) -> Async<int> {
    int n = co_await [](Tracked t) -> Task<int> {
      co_await YieldTimes(1);
      co_return t.id();
    }(Tracked(l, 2));
    const Tracked outside(l, 4);
    n += co_await call([&outside]() -> Async<int> { co_return outside.id(); });
    co_return n + 3;
  });
}

TEST(Temporaries, that_live_beside_the_await_in_one_expression) {
  expect(6, [](Lives& l) -> Async<int> {
    co_return sum(co_await by_value(Tracked(l, 1)), co_await by_const_ref(Tracked(l, 2)), Tracked(l, 3));
  });
}

// Named on the line before

TEST(Named, tasks) {
  expect(5, [](Lives& l) -> Async<int> {
    auto moved = by_value(Tracked(l, 2));
    auto kept = by_value(Tracked(l, 3));
    co_return co_await std::move(moved) + co_await kept;
  });
}

TEST(Named, aggregates) {
  expect(10, [](Lives& l) -> Async<int> {
    Aggregate moved{Tracked(l, 2), 3};
    const int n = co_await with_aggregate(std::move(moved));
    auto task = with_aggregate({Tracked(l, 2), 3});
    co_return n + co_await task;
  });
}

TEST(Named, closures_with_captures) {
  expect(5, [](Lives& l) -> Async<int> {
    auto closure = [t = Tracked(l, 2)]() -> Async<int> {
      co_await YieldTimes(1);
      co_return t.id();
    };
    const int n = co_await closure();
    auto coroutine = [t = Tracked(l, 3)]() -> Async<int> {
      co_await YieldTimes(1);
      co_return t.id();
    };
    co_return n + co_await call(std::ref(coroutine));
  });
}

TEST(Named, futures_chosen_by_a_condition) {
  expect(2, [](Lives& l) -> Async<int> {
    auto a = later(Tracked(l, 2));
    auto b = later(Tracked(l, 3));
    co_return co_await (l.misused == 0 ? a : b);
  });
}

TEST(Named, lists_of_elements) {
  expect(3, [](Lives& l) -> Async<int> {
    std::vector<Tracked> list{Tracked(l, 1), Tracked(l, 2)};
    const auto total = [](std::vector<Tracked> ts) -> Task<int> {
      co_await YieldTimes(1);
      int n = 0;
      for (const Tracked& t : ts) n += t.id();
      co_return n;
    };
    co_return co_await total(std::move(list));
  });
}

TEST(Named, tasks_in_a_container) {
  expect(3, [](Lives& l) -> Async<int> {
    std::vector<Task<int>> tasks;
    tasks.push_back(by_value(Tracked(l, 1)));
    tasks.push_back(by_value(Tracked(l, 2)));
    int n = 0;
    for (auto& task : tasks) n += co_await task;
    co_return n;
  });
}

// Results

TEST(Results, used_in_place_and_bound_to_references) {
  expect(9, [](Lives& l) -> Async<int> {
    const int in_place = (co_await make(&l, 3)).id();
    const auto& bound = co_await make(&l, 4);
    co_await YieldTimes(1);
    auto pointer = std::make_unique<Tracked>(co_await make(&l, 2));
    co_return in_place + bound.id() + pointer->id();
  });
}

TEST(Results, of_expected_chained_on_the_await) {
  expect(12, [](Lives& l) -> Async<int> {
    const int good = (co_await make_or_fail(&l, 3)).value_or(Tracked(l, 9)).id();
    const int bad = (co_await make_or_fail(&l, -3)).value_or(Tracked(l, 9)).id();
    co_return good + bad;
  });
}

TEST(Results, structs_taken_apart_by_structured_bindings) {
  expect(10, [](Lives& l) -> Async<int> {
    auto [first, second] = co_await make_two(&l);
    co_await YieldTimes(1);
    const auto& [third, fourth] = co_await make_two(&l);
    co_await YieldTimes(1);
    co_return first.id() + second.id() + third.id() + fourth.id();
  });
}

TEST(Results, in_arithmetic_assignment_and_subscripts) {
  expect(16, [](Lives& l) -> Async<int> {
    int n = 1;
    n += co_await by_value(Tracked(l, 2));
    n = n + co_await by_value(Tracked(l, 2)) * co_await by_value(Tracked(l, 3));
    std::map<std::string, Tracked> map;
    map.emplace("k", co_await make(&l, 4));
    const std::array<int, 2> numbers{co_await by_value(Tracked(l, 1)), 2};
    co_return n + map.at("k").id() + numbers[0] + numbers[1];
  });
}

TEST(Results, of_ok_in_every_position) {
  using Number = std::expected<int, std::string>;
  expect(24, [](Lives& l) -> Async<int> {
    const auto twice = [](Lent<Lives> lives, int id) -> Task<Number> {
      const Tracked local(*lives, 1);
      const Tracked t = co_await ok(make_or_fail(lives, id));
      if ((co_await ok(make_or_fail(lives, 2))).id() != 2) co_return 0;
      co_return sum(t.id(), (co_await ok(co_await make_or_fail(lives, id))).id(), local);
    };
    auto good = co_await twice(&l, 11);
    auto bad = co_await twice(&l, -1);
    co_return *good + (bad.has_value() ? 100 : 1);
  });
}

// Control flow

TEST(ControlFlow, conditions_loops_and_switch) {
  expect(27, [](Lives& l) -> Async<int> {
    int n = 0;
    if (co_await by_value(Tracked(l, 2)) == 2) n += 1;
    if (Tracked t = co_await make(&l, 2); t.id() == co_await by_value(Tracked(l, 2))) n += 1;
    while (co_await by_value(Tracked(l, n)) < 5) ++n;
    do ++n;
    while (co_await by_const_ref(Tracked(l, n)) < 10);
    for (int i = co_await by_value(Tracked(l, 0)); i < co_await by_value(Tracked(l, 5));
         i += co_await by_value(Tracked(l, 1))) {
      n += i;
    }
    switch (co_await by_value(Tracked(l, 2))) {
      case 2: n += co_await by_value(Tracked(l, 7)); break;
      default: n = 0;
    }
    co_return n;
  });
}

TEST(ControlFlow, range_for_over_an_awaited_container) {
  expect(6, [](Lives& l) -> Async<int> {
    int n = 0;
    for (const Tracked& t : co_await make_many(&l, 4)) {
      co_await YieldTimes(1);
      n += t.id();
    }
    co_return n;
  });
}

TEST(ControlFlow, and_or_and_awaits_in_both_arms_of_a_conditional) {
  expect(7, [](Lives& l) -> Async<int> {
    int n = 0;
    if (n == 0 && co_await by_value(Tracked(l, 1)) == 1 && co_await by_const_ref(Tracked(l, 2)) == 2) n += 1;
    if (n == 0 || co_await by_value(Tracked(l, 1)) == 0 || co_await by_const_ref(Tracked(l, 2)) == 2) n += 1;
    if (n == 0 && co_await by_value(Tracked(l, 1)) == 1) n += 100;
    n += n == 2 ? co_await by_value(Tracked(l, 5)) : co_await by_value(Tracked(l, 6));
    co_return n;
  });
}

TEST(ControlFlow, try_and_catch_before_and_after_a_suspension) {
  expect(12, [](Lives& l) -> Async<int> {
    int n = 0;
    for (const bool late : {false, true}) {
      const Tracked in_loop(l, 1);
      try {
        const Tracked in_try(l, 1);
        n += sum(co_await by_value(Tracked(l, 1)), co_await throws(Tracked(l, 5), late), Tracked(l, 3));
      } catch (int thrown) {
        n += thrown;
      }
      co_await YieldTimes(1);
    }
    co_return n + 1;
  });
}

TEST(ControlFlow, early_returns_from_nested_scopes) {
  expect(4, [](Lives& l) -> Async<int> {
    const Tracked outermost(l, 1);
    for (int i = 0;; ++i) {
      const Tracked in_loop(l, 2);
      if (i == 0) continue;
      if (const Tracked t = co_await make(&l, 4); i == 1) co_return t.id();
    }
  });
}

TEST(ControlFlow, generic_and_reference_capturing_named_lambdas) {
  expect(5, [](Lives& l) -> Async<int> {
    const Tracked captured(l, 4);
    const auto add = [&](auto t) -> Async<int> {
      co_await YieldTimes(1);
      co_return t.id() + captured.id();
    };
    co_return co_await add(Tracked(l, 1));
  });
}

}  // namespace
