// GCC 12: a lambda with captures cannot be a Gen: the captures die with the lambda; pass them as arguments
// Clang 22: a lambda with captures cannot be a Gen: the captures die with the lambda; pass them as arguments
// The captures of a lambda die with the lambda, before its coroutine ends.
#include <heddle/future/gen.hpp>

#include <string>

namespace hd = heddle;

void f(std::string text) {
  auto letters = [text]() -> hd::Gen<char> { co_yield text[0]; }();  // refused
}
