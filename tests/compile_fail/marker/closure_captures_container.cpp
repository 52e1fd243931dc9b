// GCC 12: a closure cannot be sent between threads safely: its captures can't be seen here, pass them as arguments
// Clang 22: cannot_be_sent_between_threads_safely<(lambda), because<"it captures std::vector<int *>">>
// A captured container is its elements. (GCC sees no captures but of plain bits.)
#include "compile_fail/door.hpp"

#include <vector>

void f(std::vector<int*> pointers) {
  pass([pointers] { return pointers.size(); });  // refused
}
