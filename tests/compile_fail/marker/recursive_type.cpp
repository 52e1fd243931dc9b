// GCC 12: `int*` cannot be sent between threads safely: use unique_ptr or Arc; found in Tree.payload -> int*
// Clang 22: cannot_be_sent_between_threads_safely<int *, because<"use unique_ptr or Arc">, found_in<field<Tree, "payload">>>
// A tree is what its nodes hold.
#include "compile_fail/door.hpp"

#include <vector>

struct Tree {
  std::vector<Tree> children;
  int* payload;
};

void f(Tree tree) {
  pass(tree);  // refused
}
