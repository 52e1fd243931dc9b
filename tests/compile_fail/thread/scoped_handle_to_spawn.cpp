// GCC 12: `thread::ScopedJoinHandle<int>` borrows, and may outlive what it points to
// Clang 22: borrows_and_may_outlive_what_it_points_to<thread::ScopedJoinHandle<int>>
#include <heddle/thread/scope.hpp>

#include <utility>

namespace hd = heddle;

void f(hd::thread::ScopedJoinHandle<int> handle) {
  hd::thread::spawn([](hd::thread::ScopedJoinHandle<int> h) { return h.join().value(); }, std::move(handle));  // refused
}
