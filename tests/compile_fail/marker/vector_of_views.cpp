// GCC 12: `std::string_view` borrows, and may outlive what it points to: use std::string; found in std::vector<std::string_view> -> std::string_view
// Clang 22: borrows_and_may_outlive_what_it_points_to<std::string_view, because<"use std::string">, found_in<std::vector<std::string_view>>>
// A container borrows if its elements do.
#include "compile_fail/door.hpp"

#include <string_view>
#include <vector>

void f(std::vector<std::string_view> words) {
  pass(words);  // refused
}
