// GCC 12: `const std::string&` borrows, and may outlive what it points to: take a value, or return an Async
// Clang 22: borrows_and_may_outlive_what_it_points_to<const std::string &, because<"take a value, or return an Async">>
// A Task owns its parameters: a reference may dangle before the Task ends.
#include <heddle/future/task.hpp>

#include <string>

namespace hd = heddle;

hd::Task<int> f(const std::string& text) { co_return static_cast<int>(text.size()); }  // refused
