// GCC 12: `NotSend` cannot be sent between threads safely: it is NotSend; found in Slot.bound_to_its_thread -> NotSend
// Clang 22: cannot_be_sent_between_threads_safely<NotSend, because<"it is NotSend">, found_in<field<Slot, "bound_to_its_thread">>>
// A NotSend among the fields takes away.
#include "compile_fail/door.hpp"

struct Slot {
  int index;
  [[no_unique_address]] hd::NotSend bound_to_its_thread;
};

void f(Slot slot) {
  pass(slot);  // refused
}
