// SPDX-License-Identifier: MIT
// The start and end of sys/thread.hpp over the model checker: takes the place of src/sys/thread.cpp in the model build.
#include "thread.hpp"

#include <heddle_model/model.hpp>

#include <optional>
#include <utility>

#include "sys/thread.hpp"

namespace heddle_test {

namespace {
// Set by a model before its threads start; used by whoever starts one, under a lock of theirs.
unsigned refusals = 0;
}  // namespace

void refuse_threads(unsigned count) noexcept { refusals = count; }

}  // namespace heddle_test

namespace heddle::inline v0::sys {

namespace {

/// What a handle points to, until the thread is joined or detached.
struct Started {
  std::optional<heddle_model::Thread> thread;
};

constinit thread_local ThreadHandle own_handle = 0;

Started* started_of(ThreadHandle handle) noexcept {
  // SAFETY: every handle comes from start_thread.
  return reinterpret_cast<Started*>(handle);
}

}  // namespace

std::error_code start_thread(ThreadHandle& started, std::size_t, void* (*main)(void*), void* argument) noexcept {
  if (heddle_test::refusals != 0) {
    --heddle_test::refusals;
    return std::make_error_code(std::errc::resource_unavailable_try_again);
  }
  auto* record = new Started;
  started = reinterpret_cast<ThreadHandle>(record);
  record->thread.emplace(heddle_model::spawn([main, argument, own = started] {
    own_handle = own;
    main(argument);
  }));
  return {};
}

ThreadHandle this_thread() noexcept { return own_handle; }

std::error_code join_thread(ThreadHandle thread) noexcept {
  Started* record = started_of(thread);
  record->thread->join();
  delete record;
  return {};
}

void detach_thread(ThreadHandle thread) noexcept { delete started_of(thread); }

}  // namespace heddle::inline v0::sys
