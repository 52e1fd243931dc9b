// GCC 12: ignoring returned value of type 'Async<>', declared with attribute 'nodiscard': 'an Async does nothing until it is awaited' [-Werror=unused-result]
// Clang 22: ignoring return value of type 'Async<>' declared with 'nodiscard' attribute: an Async does nothing until it is awaited [-Werror,-Wunused-value]
// An Async does nothing until it is awaited.
// flags: -Werror=unused-result -Werror=unused-value
#include <heddle/future/async.hpp>

namespace hd = heddle;

hd::Async<> work();

void f() {
  work();  // refused
}
