// GCC 12: `const char*` cannot be sent between threads safely: use std::string; found in their::small_vector<const char*> -> const char*
// Clang 22: cannot_be_sent_between_threads_safely<const char *, because<"use std::string">, found_in<their::small_vector<const char *>>>
// A template that is claimed to be like a value is its arguments.
#include "compile_fail/door.hpp"

namespace their {
template <class T>
class small_vector {
  T* first_ = nullptr;
};
}  // namespace their
template <>
inline constexpr bool hd::unsafe_value_like<their::small_vector> = true;

void f(their::small_vector<const char*> words) {
  pass(words);  // refused
}
