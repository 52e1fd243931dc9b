// GCC 12: `std::string_view` borrows, and may outlive what it points to: use std::string
// Clang 22: borrows_and_may_outlive_what_it_points_to<std::string_view, because<"use std::string">>
// A Gen owns its parameters: a view may dangle before it ends.
#include <heddle/future/gen.hpp>

#include <string_view>

namespace hd = heddle;

hd::Gen<char> letters(std::string_view text) { co_yield text[0]; }  // refused
