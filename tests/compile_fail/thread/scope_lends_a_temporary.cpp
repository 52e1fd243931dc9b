// GCC 12: use of deleted function 'void thread::Scope::ref(const T&&) const [with T = std::__cxx11::basic_string<char>]'
// Clang 22: call to deleted member function 'ref'
#include <heddle/thread/scope.hpp>

#include <string>

namespace hd = heddle;

void f(hd::thread::Scope& s) {
  s.spawn([](const std::string&) {}, s.ref(std::string("gone")));  // refused
}
