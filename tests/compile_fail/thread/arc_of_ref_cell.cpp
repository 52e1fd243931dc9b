// GCC 12: `RefCell<int>` cannot be shared between threads safely: use Mutex or RwLock; found in Arc<RefCell<int>> -> RefCell<int>
// Clang 22: cannot_be_shared_between_threads_safely<RefCell<int>, because<"use Mutex or RwLock">, found_in<Arc<RefCell<int>>>>
// A RefCell counts its borrows without atomics.
#include <heddle/sync/arc.hpp>
#include <heddle/sync/ref_cell.hpp>
#include <heddle/thread/spawn.hpp>

namespace hd = heddle;

void f() {
  hd::thread::spawn([](hd::sync::Arc<hd::sync::RefCell<int>>) {}, hd::sync::Arc<hd::sync::RefCell<int>>::make(1));  // refused
}
