// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc; found in Arc<Mutex<Rc<int>>> -> Mutex<Rc<int>> -> Rc<int>
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">, found_in<Arc<Mutex<Rc<int>>>, Mutex<Rc<int>>>>
// A Mutex passes its value from thread to thread.
#include <heddle/sync/arc.hpp>
#include <heddle/sync/mutex.hpp>
#include <heddle/sync/rc.hpp>
#include <heddle/thread/spawn.hpp>

namespace hd = heddle;

using Shared = hd::sync::Arc<hd::sync::Mutex<hd::sync::Rc<int>>>;

void f(const Shared& shared) {
  hd::thread::spawn([](Shared) {}, shared.clone());  // refused
}
