// GCC 12: `const std::string&` borrows, and may outlive what it points to: hold a value instead; found in Named.field 0 -> const std::string&
// Clang 22: borrows_and_may_outlive_what_it_points_to<const std::string &, because<"hold a value instead">, found_in<field<Named, "field 0">>>
// A field that is a reference borrows.
#include "compile_fail/door.hpp"

#include <string>

struct Named {
  const std::string& name;
};

void f(Named named) {
  pass(named);  // refused
}
