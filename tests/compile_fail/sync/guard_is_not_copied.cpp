// GCC 12: use of deleted function 'MutexGuard<int>::MutexGuard(const MutexGuard<int>&)'
// Clang 22: call to implicitly-deleted copy constructor of 'hd::sync::MutexGuard<int>'
// One lock has one guard.
#include <heddle/sync/mutex.hpp>

namespace hd = heddle;

void f(const hd::sync::MutexGuard<int>& guard) {
  auto copy = guard;  // refused
}
