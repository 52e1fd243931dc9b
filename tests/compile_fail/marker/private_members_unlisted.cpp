// GCC 12: `Silent` cannot be sent between threads safely: list its members: HEDDLE_FIELDS
// Clang 22: cannot_be_sent_between_threads_safely<Silent, because<"list its members: HEDDLE_FIELDS">>
// A class with private members says nothing until it lists them.
#include "compile_fail/door.hpp"

class Silent {
  int number_ = 0;
};

void f(Silent silent) {
  pass(silent);  // refused
}
