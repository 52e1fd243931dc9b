// GCC 12: `std::string_view` borrows, and may outlive what it points to: use std::string
// Clang 22: borrows_and_may_outlive_what_it_points_to<std::string_view, because<"use std::string">>
// A view may outlive what it views.
#include "compile_fail/door.hpp"

#include <string_view>

void f(std::string_view view) {
  pass(view);  // refused
}
