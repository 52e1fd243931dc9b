// GCC 12: `Slot` cannot be sent between threads safely: it is NotSend
// Clang 22: cannot_be_sent_between_threads_safely<Slot, because<"it is NotSend">>
// A NotSend among the bases takes away.
#include "compile_fail/door.hpp"

struct Slot : hd::NotSend {
  int index = 0;
};

void f(Slot slot) {
  pass(slot);  // refused
}
