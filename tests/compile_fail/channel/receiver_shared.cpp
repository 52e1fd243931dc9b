// GCC 12: `channel::Receiver<int>` cannot be shared between threads safely: one thread or task at a time may receive: use mpmc::Receiver; found in Arc<channel::Receiver<int>> -> channel::Receiver<int>
// Clang 22: cannot_be_shared_between_threads_safely<channel::Receiver<int>, because<"one thread or task at a time ", "may receive: use mpmc::Receiver">, found_in<Arc<channel::Receiver<int>>>>
// One thread at a time owns the receiving end.
#include "compile_fail/door.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/sync/arc.hpp>

void f(heddle::Arc<heddle::mpsc::Receiver<int>> rx) {
  pass(std::move(rx));  // refused
}
