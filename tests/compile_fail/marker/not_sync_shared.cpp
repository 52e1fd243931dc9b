// GCC 12: `NotSync` cannot be shared between threads safely: it is NotSync; found in Shared<Cache> -> Cache.one_at_a_time -> NotSync
// Clang 22: cannot_be_shared_between_threads_safely<NotSync, because<"it is NotSync">, found_in<Shared<Cache>, field<Cache, "one_at_a_time">>>
// What is NotSync may be sent, but not shared.
#include "compile_fail/door.hpp"

struct Cache {
  int size;
  [[no_unique_address]] hd::NotSync one_at_a_time;
};

void f(Shared<Cache> cache) {
  pass(cache);  // refused
}
