// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">>
#include <heddle/sync/rc.hpp>
#include <heddle/thread/spawn.hpp>

#include <utility>

namespace hd = heddle;

void f() {
  auto data = hd::Rc<int>::make(42);
  static_cast<void>(hd::thread::Builder().spawn([](hd::Rc<int> d) { return *d; }, std::move(data)));  // refused
}
