// SPDX-License-Identifier: MIT
// Exceptions that leave tasks: in words, and where they go when nobody takes them.
#include <heddle/runtime/main.hpp>

#include "base/describe.hpp"

#include <cstdio>
#include <string>

namespace heddle::inline v0 {

namespace {

void print_panic(const task::JoinError& error) noexcept {
  try {
    std::fprintf(stderr, "heddle: %s\n", error.message().c_str());
  } catch (...) {
    std::fputs("heddle: a task panicked\n", stderr);  // no memory for more
  }
}

constinit base::atomic<runtime::PanicHook> panic_hook{&print_panic};

}  // namespace

std::string task::JoinError::message() const {
  const std::string name = "task " + std::to_string(id_.number());
  return is_cancelled() ? name + " was cancelled" : name + " panicked: " + base::describe(exception_);
}

namespace runtime {

// acq_rel: what a hook uses was set up before it was set.
PanicHook set_panic_hook(PanicHook hook) noexcept { return panic_hook.exchange(hook, base::acq_rel); }

namespace detail {

void report_unseen_panic(const task::JoinError& error) noexcept { panic_hook.load(base::acquire)(error); }

void report_main_error(const io::Error& error) noexcept {
  std::fprintf(stderr, "Error: %s\n", error.message().c_str());
}

void report_main_panic(std::exception_ptr exception) noexcept {
  std::fprintf(stderr, "heddle: main panicked: %s\n", base::describe(exception).c_str());
}

}  // namespace detail
}  // namespace runtime
}  // namespace heddle::inline v0
