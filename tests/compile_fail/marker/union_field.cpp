// GCC 12: cannot convert 'const char*' to 'detail::Slice'
// Clang 22: cannot_be_sent_between_threads_safely<Number, because<"it is a union">>
// Nobody knows which member of a union lives.
#include "compile_fail/door.hpp"

union Number {
  int i;
  float f;
};

void f(Number number) {
  pass(number);  // refused
}
