// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">>
#include <heddle/sync/rc.hpp>
#include <heddle/thread/spawn.hpp>

namespace hd = heddle;

void f() {
  hd::thread::spawn([] { return hd::Rc<int>::make(1); });  // refused
}
