// GCC 12: no matching function for call to 'thread::Scope::spawn(f(thread::Scope&)::<lambda(int&)>, thread::detail::Borrowed<const int, thread::detail::Access::kShared>)'
// Clang 22: no matching member function for call to 'spawn'
#include <heddle/thread/scope.hpp>

namespace hd = heddle;

void f(hd::thread::Scope& s) {
  int here = 1;
  s.spawn([](int& n) { ++n; }, s.ref(here));  // refused
}
