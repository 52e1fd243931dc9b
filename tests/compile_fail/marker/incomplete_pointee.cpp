// GCC 12: `Hidden` cannot be sent between threads safely: its definition is not visible; found in std::unique_ptr<Hidden, Deleter> -> Hidden
// Clang 22: cannot_be_sent_between_threads_safely<Hidden, because<"its definition is not visible">, found_in<std::unique_ptr<Hidden, Deleter>>>
// What isn't defined can't be looked at.
#include "compile_fail/door.hpp"

#include <memory>
#include <utility>

struct Hidden;
struct Deleter {
  void operator()(Hidden*) const;
};

void f(std::unique_ptr<Hidden, Deleter> hidden) {
  pass(std::move(hidden));  // refused
}
