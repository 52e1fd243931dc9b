// GCC 12: `std::initializer_list<int>` borrows, and may outlive what it points to: use std::vector
// Clang 22: borrows_and_may_outlive_what_it_points_to<std::initializer_list<int>, because<"use std::vector">>
// An initializer list points to an array that somebody else owns.
#include "compile_fail/door.hpp"

#include <initializer_list>

void f(std::initializer_list<int> numbers) {
  pass(numbers);  // refused
}
