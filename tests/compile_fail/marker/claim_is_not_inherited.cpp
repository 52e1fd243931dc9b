// GCC 12: `Derived` cannot be sent between threads safely: list its members: HEDDLE_FIELDS
// Clang 22: cannot_be_sent_between_threads_safely<Derived, because<"list its members: HEDDLE_FIELDS">>
// A claim about a base says nothing about what a derived class adds.
#include "compile_fail/door.hpp"

class Base {
  int* a_ = nullptr;
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_OWNED(true);
};
class Derived : public Base {
  int* p_ = nullptr;
};

void f(Derived derived) {
  pass(derived);  // refused
}
