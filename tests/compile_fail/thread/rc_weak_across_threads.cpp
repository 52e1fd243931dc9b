// GCC 12: `RcWeak<int>` cannot be sent between threads safely: use Weak, of an Arc
// Clang 22: cannot_be_sent_between_threads_safely<RcWeak<int>, because<"use Weak, of an Arc">>
// A weak Rc counts without atomics too.
#include <heddle/sync/rc.hpp>
#include <heddle/thread/spawn.hpp>

namespace hd = heddle;

void f(const hd::sync::Rc<int>& data) {
  hd::thread::spawn([](hd::sync::RcWeak<int>) {}, data.downgrade());  // refused
}
