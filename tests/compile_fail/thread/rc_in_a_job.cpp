// GCC 12: `Rc<int>` cannot be sent between threads safely: use Arc; found in std::vector<Job> -> Job.parts -> std::vector<Rc<int>> -> Rc<int>
// Clang 22: cannot_be_sent_between_threads_safely<Rc<int>, because<"use Arc">, found_in<std::vector<Job>, field<Job, "parts">, std::vector<Rc<int>>>>
// The message names the fields that lead to the Rc.
#include <heddle/sync/rc.hpp>
#include <heddle/thread/spawn.hpp>

#include <utility>
#include <vector>

namespace hd = heddle;

struct Job {
  int id;
  std::vector<hd::sync::Rc<int>> parts;
};

void f(std::vector<Job> jobs) {
  hd::thread::spawn([](std::vector<Job>) {}, std::move(jobs));  // refused
}
