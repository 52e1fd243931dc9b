// GCC 12: `const std::string&` borrows, and may outlive what it points to: take a value
// Clang 22: borrows_and_may_outlive_what_it_points_to<const std::string &, because<"take a value">>
// A Gen owns its parameters: it is kept across expressions, and a reference may dangle before it ends.
#include <heddle/future/gen.hpp>

#include <string>

namespace hd = heddle;

hd::Gen<char> letters(const std::string& text) { co_yield text[0]; }  // refused
