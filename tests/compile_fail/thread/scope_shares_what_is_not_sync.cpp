// GCC 12: `Cell<int>` cannot be shared between threads safely: use std::atomic or Mutex; found in thread::detail::Borrowed<const Cell<int>, thread::detail::Access::kShared> -> const Cell<int>& -> Cell<int>
// Clang 22: cannot_be_shared_between_threads_safely<Cell<int>, because<"use std::atomic or Mutex">, found_in<thread::detail::Borrowed<const Cell<int>, thread::detail::Access::kShared>, const Cell<int> &>>
#include <heddle/sync/cell.hpp>
#include <heddle/thread/scope.hpp>

namespace hd = heddle;

void f(hd::thread::Scope& s) {
  const hd::Cell<int> cell(1);
  s.spawn([](const hd::Cell<int>& c) { c.set(2); }, s.ref(cell));  // refused
}
