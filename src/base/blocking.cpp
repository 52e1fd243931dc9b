// SPDX-License-Identifier: MIT
// The per-thread mark behind BlockingInAsync.
#include <heddle/base/blocking.hpp>

#include <string>
#include <utility>

namespace heddle::inline v0::base {

namespace {
constinit thread_local bool polls_tasks = false;
}  // namespace

bool in_async() noexcept { return polls_tasks; }

bool set_in_async(bool value) noexcept { return std::exchange(polls_tasks, value); }

void refuse_in_async(const char* call, const char* instead) {
  if (!in_async()) return;
  throw BlockingInAsync(std::string(call) + " would block a thread that polls tasks: use " + instead);
}

}  // namespace heddle::inline v0::base
