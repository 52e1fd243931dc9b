// GCC 12: only 1 name provided for structured binding
// Clang 22: type 'const Forgetful' binds to 2 elements, but only 1 name was provided
// HEDDLE_FIELDS lists every member.
#include "compile_fail/door.hpp"

class Forgetful {
  int a_ = 0;
  int* added_later_ = nullptr;
  HEDDLE_FIELDS(a_);  // refused
};

static_assert(hd::Send<Forgetful>);
