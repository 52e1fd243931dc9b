// GCC 12: `std::reference_wrapper<int>` borrows, and may outlive what it points to: use s.ref or s.mut
// Clang 22: borrows_and_may_outlive_what_it_points_to<std::reference_wrapper<int>, because<"use s.ref or s.mut">>
#include <heddle/thread/scope.hpp>

#include <functional>

namespace hd = heddle;

void f(hd::thread::Scope& s) {
  int here = 1;
  s.spawn([](int& there) { ++there; }, std::ref(here));  // refused
}
