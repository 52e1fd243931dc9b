// GCC 12: `std::string_view` borrows, and may outlive what it points to: use std::string
// Clang 22: borrows_and_may_outlive_what_it_points_to<std::string_view, because<"use std::string">>
// A local task owns what it is given, like every task: it may outlive the caller.
#include <heddle/future/async.hpp>
#include <heddle/runtime/local_set.hpp>

#include <string_view>

namespace hd = heddle;

hd::Async<> print(std::string_view) { co_return; }

void f() {
  hd::task::spawn_local(print, std::string_view("text"));  // refused
}
