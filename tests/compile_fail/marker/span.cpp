// GCC 12: `std::span<int>` borrows, and may outlive what it points to: use std::vector
// Clang 22: borrows_and_may_outlive_what_it_points_to<std::span<int>, because<"use std::vector">>
// A view may outlive what it views.
#include "compile_fail/door.hpp"

#include <span>

void f(std::span<int> view) {
  pass(view);  // refused
}
