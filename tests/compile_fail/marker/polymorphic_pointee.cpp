// GCC 12: `Shape` cannot be sent between threads safely: make it final; found in std::unique_ptr<Shape> -> Shape
// Clang 22: cannot_be_sent_between_threads_safely<Shape, because<"make it final">, found_in<std::unique_ptr<Shape>>>
// The object behind a pointer may be of a derived class.
#include "compile_fail/door.hpp"

#include <memory>
#include <utility>

struct Shape {
  virtual ~Shape() = default;
  HEDDLE_UNSAFE_SYNC(true);
  int sides = 0;
  HEDDLE_FIELDS(sides);
};

void f(std::unique_ptr<Shape> shape) {
  pass(std::move(shape));  // refused
}
