// GCC 12: assignment of read-only location 'guard.RwLockReadGuard<int>::operator*()'
// Clang 22: cannot assign to return value because function 'operator*' returns a const value
// A read guard reads.
#include <heddle/sync/rw_lock.hpp>

namespace hd = heddle;

void f(hd::sync::RwLockReadGuard<int> guard) {
  *guard = 1;  // refused
}
