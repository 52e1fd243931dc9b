// GCC 12: `std::shared_ptr<const int>` cannot be sent between threads safely: others may write to it: use Arc
// Clang 22: cannot_be_sent_between_threads_safely<std::shared_ptr<const int>, because<"others may write to it: use Arc">>
// Somebody else may hold a shared_ptr to the same object that isn't const.
#include "compile_fail/door.hpp"

#include <memory>

void f(std::shared_ptr<const int> number) {
  pass(number);  // refused
}
