// GCC 12: `Local` cannot be sent between threads safely: use Shared
// Clang 22: cannot_be_sent_between_threads_safely<Local, because<"use Shared">>
// What a scoped thread gives back crosses too.
#include "compile_fail/door.hpp"

void f() {
  lend([] { return Local(); });  // refused
}
