// GCC 12: `Cell<int>` cannot be shared between threads safely: use std::atomic or Mutex; found in Arc<Cell<int>> -> Cell<int>
// Clang 22: cannot_be_shared_between_threads_safely<Cell<int>, because<"use std::atomic or Mutex">, found_in<Arc<Cell<int>>>>
// A Cell is written through const.
#include <heddle/sync/arc.hpp>
#include <heddle/sync/cell.hpp>
#include <heddle/thread/spawn.hpp>

namespace hd = heddle;

void f() {
  hd::thread::spawn([](hd::sync::Arc<hd::sync::Cell<int>>) {}, hd::sync::Arc<hd::sync::Cell<int>>::make(1));  // refused
}
