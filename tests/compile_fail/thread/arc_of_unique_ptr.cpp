// GCC 12: `int` cannot be written by several threads at once: use an atomic or a Mutex; found in Arc<std::unique_ptr<int>> -> std::unique_ptr<int> -> int
// Clang 22: cannot_be_written_by_several_threads_at_once<int, because<"use an atomic or a Mutex">, found_in<Arc<std::unique_ptr<int>>, std::unique_ptr<int>>>
// An Arc shares const access, and a const unique_ptr gives T&.
#include <heddle/sync/arc.hpp>
#include <heddle/thread/spawn.hpp>

#include <memory>

namespace hd = heddle;

void f(hd::sync::Arc<std::unique_ptr<int>> shared) {
  hd::thread::spawn([](hd::sync::Arc<std::unique_ptr<int>>) {}, shared.clone());  // refused
}
