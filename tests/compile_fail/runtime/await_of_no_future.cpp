// GCC 12: no matching function for call to 'future::detail::AsyncPromise<int>::await_transform(int&)'
// Clang 22: no matching member function for call to 'await_transform'
// Only futures can be awaited.
#include <heddle/future/async.hpp>

namespace hd = heddle;

hd::Async<int> f(int number) {
  co_return co_await number;  // refused
}
