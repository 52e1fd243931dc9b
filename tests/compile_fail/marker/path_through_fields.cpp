// GCC 12: `Local` cannot be sent between threads safely: use Shared; found in std::vector<Job> -> Job.parts -> std::vector<Part> -> Part.state -> Local
// Clang 22: cannot_be_sent_between_threads_safely<Local, because<"use Shared">, found_in<std::vector<Job>, field<Job, "parts">, std::vector<Part>, field<Part, "state">>>
// The message names each field on the way.
#include "compile_fail/door.hpp"

#include <string>
#include <vector>

struct Part {
  std::string name;
  Local state;
};
struct Job {
  int id;
  std::vector<Part> parts;
};

void f(std::vector<Job> jobs) {
  pass(jobs);  // refused
}
