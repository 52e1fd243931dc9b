// GCC 12: `std::string_view` borrows, and may outlive what it points to: use std::string
// Clang 22: borrows_and_may_outlive_what_it_points_to<std::string_view, because<"use std::string">>
// What a thread gives may not point to what dies with it.
#include <heddle/thread/spawn.hpp>

#include <string_view>

namespace hd = heddle;

void f() {
  hd::thread::spawn([] { return std::string_view("local"); });  // refused
}
