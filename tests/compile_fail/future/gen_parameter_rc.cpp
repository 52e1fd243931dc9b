// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">>
// A Gen may be handed to another thread with all its parameters.
#include <heddle/future/gen.hpp>
#include <heddle/sync/rc.hpp>

namespace hd = heddle;

hd::Gen<int> counts(hd::Rc<int> last) { co_yield *last; }  // refused
