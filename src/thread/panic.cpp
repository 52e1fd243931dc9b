// SPDX-License-Identifier: MIT
// Exceptions in words, and the hook for those that nobody takes.
#include "thread/panic.hpp"

#include <heddle/thread/join_error.hpp>

#include "base/describe.hpp"

#include <cstdio>

namespace heddle::inline v0::thread {

namespace {

void print_panic(const Thread& thread, const std::exception_ptr& exception) noexcept {
  try {
    const std::string name(thread.name().value_or("<unnamed>"));
    std::fprintf(stderr, "heddle: thread '%s' panicked: %s\n", name.c_str(), base::describe(exception).c_str());
  } catch (...) {
    std::fputs("heddle: a thread panicked\n", stderr);  // no memory for more
  }
}

constinit base::atomic<PanicHook> panic_hook{&print_panic};

}  // namespace

std::string JoinError::message() const { return "the thread panicked: " + base::describe(panic_); }

// acq_rel: what a hook uses was set up before it was set.
PanicHook set_panic_hook(PanicHook hook) noexcept { return panic_hook.exchange(hook, base::acq_rel); }

namespace detail {

void report_unseen_panic(ThreadHeader& thread, const std::exception_ptr& exception) noexcept {
  thread.add_reference();
  panic_hook.load(base::acquire)(Thread(Ref(&thread)), exception);
}

}  // namespace detail
}  // namespace heddle::inline v0::thread
