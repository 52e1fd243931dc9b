// GCC 12: assignment of read-only location 'shared.Arc<int>::<anonymous>.detail::StrongHandle<int, detail::AtomicCounts, Arc, Weak>::operator*()'
// Clang 22: cannot assign to return value because function 'operator*' returns a const value
// What is shared isn't written: use a Mutex.
#include <heddle/sync/arc.hpp>

namespace hd = heddle;

void f(hd::sync::Arc<int> shared) {
  *shared = 1;  // refused
}
