// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc; found in channel::Sender<Rc<int>> -> Rc<int>
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">, found_in<channel::Sender<Rc<int>>>>
// Whoever holds a sender can bring a message to the receiver's thread.
#include "compile_fail/door.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/sync/rc.hpp>

void f(heddle::mpsc::Sender<heddle::Rc<int>> tx) {
  pass(std::move(tx));  // refused
}
