// GCC 12: `Derived` cannot be sent between threads safely: list its members: HEDDLE_FIELDS
// Clang 22: cannot_be_sent_between_threads_safely<Derived, because<"list its members: HEDDLE_FIELDS">>
// Fields of two classes can't be listed at once.
#include "compile_fail/door.hpp"

struct Base {
  int a;
};
struct Derived : Base {
  int b;
};

void f(Derived derived) {
  pass(derived);  // refused
}
