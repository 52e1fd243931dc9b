// GCC 12: no matching function for call to 'thread::Scope::mut(const int&)'
// Clang 22: no matching member function for call to 'mut'
#include <heddle/thread/scope.hpp>

namespace hd = heddle;

void f(hd::thread::Scope& s) {
  const int here = 1;
  s.spawn([](const int&) {}, s.mut(here));  // refused
}
