// GCC 12: cannot convert 'const char*' to 'detail::Slice'
// Clang 22: cannot_be_sent_between_threads_safely<Local, because<"use Shared">, found_in<field<Connection, "state_">>>
// A listed member is checked, and the message has its name.
#include "compile_fail/door.hpp"

#include <string>

class Connection {
  std::string name_;
  Local state_;
  HEDDLE_FIELDS(name_, state_);
};

void f(Connection connection) {
  pass(connection);  // refused
}
