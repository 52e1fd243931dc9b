// GCC 12: `Number` cannot be sent between threads safely: it is a union
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
