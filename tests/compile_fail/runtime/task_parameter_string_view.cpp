// GCC 12: `std::string_view` borrows, and may outlive what it points to: use std::string
// Clang 22: borrows_and_may_outlive_what_it_points_to<std::string_view, because<"use std::string">>
// A Task owns its parameters: a view may dangle before the Task ends.
#include <heddle/future/task.hpp>

#include <string_view>

namespace hd = heddle;

hd::Task<int> f(std::string_view text) { co_return static_cast<int>(text.size()); }  // refused
