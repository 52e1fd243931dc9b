// GCC 12: 2 names provided for structured binding
// Clang 22: type 'const Inventive' binds to 1 element, but 2 names were provided
// HEDDLE_FIELDS lists nothing but members.
#include "compile_fail/door.hpp"

class Inventive {
  int a_ = 0;
  HEDDLE_FIELDS(a_, b_);  // refused
};

static_assert(hd::Send<Inventive>);
