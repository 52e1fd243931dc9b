// GCC 12: use of deleted function 'Arc<int>::Arc(const Arc<int>&)'
// Clang 22: call to implicitly-deleted copy constructor of 'hd::sync::Arc<int>'
// A copy of a reference is visible in the code: clone().
#include <heddle/sync/arc.hpp>

namespace hd = heddle;

void f(const hd::sync::Arc<int>& shared) {
  auto copy = shared;  // refused
}
