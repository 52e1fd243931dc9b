// SPDX-License-Identifier: MIT
// Threads of the system: start, join, name, sleep, and what runs when one ends.
#pragma once

#include <heddle/base/deadline.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <system_error>

namespace heddle::inline v0::sys {

/// A pthread_t. Valid until the thread is joined or detached, once.
using ThreadHandle = unsigned long;

/// Starts a thread that runs `main(argument)`. `stack_size` in bytes, raised to what the system needs; 0 is its default.
/// The errors are those of pthread_create(3): out of threads or of memory.
[[nodiscard]] std::error_code start_thread(ThreadHandle& started, std::size_t stack_size, void* (*main)(void*),
                                           void* argument) noexcept;

/// The handle of the thread that calls.
[[nodiscard]] ThreadHandle this_thread() noexcept;

/// Waits until the thread is gone: its thread_locals are destroyed too.
[[nodiscard]] std::error_code join_thread(ThreadHandle thread) noexcept;

/// Lets the system free the thread by itself when it ends.
void detach_thread(ThreadHandle thread) noexcept;

/// Names this thread for the system's tools, which take 15 bytes.
void name_this_thread(const std::string& name) noexcept;

[[nodiscard]] bool is_main_thread() noexcept;

/// Gives the core to another thread that is ready.
void yield_thread() noexcept;

/// Sleeps until `deadline`, through signals.
void sleep_until(base::Deadline deadline) noexcept;

/// Something to do at the end of a thread, after the destructors of its thread_locals.
struct ExitHook {
  void (*run)(ExitHook&) noexcept;
};

/// Runs `hook` when this thread ends; not at the end of the main thread. A thread has one hook: the last one set.
void set_exit_hook(ExitHook& hook) noexcept;

/// How many processors this thread may run on, by its affinity; at least 1.
[[nodiscard]] std::size_t allowed_processors() noexcept;

/// The text of a file, 1 MiB of it at most; nothing if it can't be read.
[[nodiscard]] std::optional<std::string> read_file(const std::string& path);

}  // namespace heddle::inline v0::sys
