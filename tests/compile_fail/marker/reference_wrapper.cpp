// GCC 12: `std::reference_wrapper<int>` borrows, and may outlive what it points to: use Arc, or borrow in a scope
// Clang 22: borrows_and_may_outlive_what_it_points_to<std::reference_wrapper<int>, because<"use Arc, or borrow in a scope">>
// A reference wrapper is a reference.
#include "compile_fail/door.hpp"

#include <functional>

void f(int& number) {
  pass(std::ref(number));  // refused
}
