// GCC 12: ignoring returned value of type 'Gen<int>', declared with attribute 'nodiscard': 'a Gen does nothing until it is asked for items' [-Werror=unused-result]
// Clang 22: ignoring return value of type 'Gen<int>' declared with 'nodiscard' attribute: a Gen does nothing until it is asked for items [-Werror,-Wunused-value]
// A Gen does nothing until it is asked for items.
// flags: -Werror=unused-result -Werror=unused-value
#include <heddle/future/gen.hpp>

namespace hd = heddle;

hd::Gen<int> numbers();

void f() {
  numbers();  // refused
}
