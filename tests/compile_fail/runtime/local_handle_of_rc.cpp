// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc; found in task::JoinHandle<Rc<int>> -> Rc<int>
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">, found_in<task::JoinHandle<Rc<int>>>>
// The handle of a local task takes its result along, so one whose result isn't Send stays as well.
#include <heddle/runtime/local_set.hpp>
#include <heddle/sync/rc.hpp>

namespace hd = heddle;

void f() {
  auto handle = hd::task::spawn_local(hd::ready(hd::sync::Rc<int>::make(1)));
  hd::task::spawn(std::move(handle));  // refused
}
