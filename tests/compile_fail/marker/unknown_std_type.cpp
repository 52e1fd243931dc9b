// GCC 12: `std::locale` cannot be sent between threads safely: no rule is known: unsafe_send
// Clang 22: cannot_be_sent_between_threads_safely<std::locale, because<"no rule is known: unsafe_send">>
// A type of the standard library that heddle has no rule for is not believed.
#include "compile_fail/door.hpp"

#include <locale>

void f(std::locale locale) {
  pass(locale);  // refused
}
