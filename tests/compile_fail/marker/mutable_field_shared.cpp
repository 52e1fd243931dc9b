// GCC 12: `int` cannot be written by several threads at once: use an atomic or a Mutex; found in Shared<Statistics> -> Statistics.hits -> int
// Clang 22: cannot_be_written_by_several_threads_at_once<int, because<"use an atomic or a Mutex">, found_in<Shared<Statistics>, field<Statistics, "hits">>>
// A mutable member is written through const.
#include "compile_fail/door.hpp"

struct Statistics {
  int count;
  mutable int hits;
};

void f(Shared<Statistics> statistics) {
  pass(statistics);  // refused
}
