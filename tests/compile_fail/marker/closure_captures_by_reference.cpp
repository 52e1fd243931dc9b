// GCC 12: a closure cannot be sent between threads safely: its captures can't be seen here, pass them as arguments
// Clang 22: borrows_and_may_outlive_what_it_points_to<(lambda), because<"it captures by reference">>
// A capture by reference is a borrow.
#include "compile_fail/door.hpp"

void f(int number) {
  pass([&number] { return number; });  // refused
}
