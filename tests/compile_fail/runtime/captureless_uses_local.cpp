// GCC 12: 'numbers' is not captured
// Clang 22: variable 'numbers' cannot be implicitly captured in a lambda with no capture-default specified
// A lambda without captures can't touch a local by accident: the language says so.
#include <heddle/runtime/spawn.hpp>

#include <vector>

namespace hd = heddle;

void f(std::vector<int> numbers) {
  hd::task::spawn([] { return hd::ready(numbers.size()); });  // refused
}
