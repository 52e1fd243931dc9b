// GCC 12: no matching function for call to 'spawn(Task<int>&)'
// Clang 22: no matching function for call to 'spawn'
// A Task is given away: std::move it.
#include <heddle/runtime/spawn.hpp>

namespace hd = heddle;

hd::Task<int> number() { co_return 1; }

void f() {
  auto task = number();
  hd::task::spawn(task);  // refused
}
