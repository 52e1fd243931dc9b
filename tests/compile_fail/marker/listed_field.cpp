// GCC 12: `Local` cannot be sent between threads safely: use Shared; found in Connection.state_ -> Local
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
