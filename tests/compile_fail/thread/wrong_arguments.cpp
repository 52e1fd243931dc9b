// GCC 12: no matching function for call to 'spawn(f()::<lambda(int)>, const char [5])'
// Clang 22: no matching function for call to 'spawn'
// A callable that can't be called with the arguments is no matter of threads.
#include <heddle/thread/spawn.hpp>

namespace hd = heddle;

void f() {
  hd::thread::spawn([](int) {}, "text");  // refused
}
