// GCC 12: a lambda with captures cannot be a Task: the captures die with the lambda; pass them as arguments
// Clang 22: a lambda with captures cannot be a Task: the captures die with the lambda; pass them as arguments
// The captures of a lambda die with the lambda, before its coroutine ends.
#include <heddle/future/task.hpp>

#include <string>

namespace hd = heddle;

void f(std::string text) {
  auto task = [text]() -> hd::Task<int> { co_return static_cast<int>(text.size()); }();  // refused
}
