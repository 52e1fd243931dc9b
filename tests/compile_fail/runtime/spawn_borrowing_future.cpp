// GCC 12: a closure cannot be sent between threads safely: its captures can't be seen here, pass them as arguments; found in future::PollFn<f(int)::<lambda(Context&)>>.f_ -> a closure
// Clang 22: cannot_be_sent_between_threads_safely<(lambda), because<"it captures by reference">, found_in<field<future::PollFn<(lambda)>, "f_">>>
// A future that borrows may not be spawned.
#include <heddle/runtime/spawn.hpp>

namespace hd = heddle;

void f(int number) {
  hd::task::spawn(hd::poll_fn([&number](hd::Context&) -> hd::Poll<int> { return hd::Ready(number); }));  // refused
}
