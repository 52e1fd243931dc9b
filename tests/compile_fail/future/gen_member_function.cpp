// GCC 12: `Counter&` borrows, and may outlive what it points to: take a value
// Clang 22: borrows_and_may_outlive_what_it_points_to<Counter &, because<"take a value">>
// A member function borrows its object, which may die before the Gen ends.
#include <heddle/future/gen.hpp>

namespace hd = heddle;

struct Counter {
  int last = 0;
  hd::Gen<int> numbers() { co_yield last; }  // refused
};
