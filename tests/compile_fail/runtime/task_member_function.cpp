// GCC 12: `Server&` borrows, and may outlive what it points to: take a value, or return an Async
// Clang 22: borrows_and_may_outlive_what_it_points_to<Server &, because<"take a value, or return an Async">>
// A member function borrows its object: it returns an Async.
#include <heddle/future/task.hpp>

namespace hd = heddle;

struct Server {
  int port = 0;
  hd::Task<int> serve() { co_return port; }  // refused
};
