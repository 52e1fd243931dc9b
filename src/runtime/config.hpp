// SPDX-License-Identifier: MIT
// What a Builder decides.
#pragma once

#include <heddle/runtime/runtime.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace heddle::inline v0::runtime {

/// Called with each task. See Builder.
struct TaskHooks {
  TaskHook spawn;
  TaskHook terminate;
  TaskHook before_poll;
  TaskHook after_poll;

  static void call(const TaskHook& hook, const detail::TaskHeader& task) {
    if (hook) hook(task.meta());
  }
};

/// A runtime's settings; constant once it is built.
struct Config {
  bool multi_thread = true;
  std::size_t worker_threads = 0;  // unless given: as many as the process may use processors
  bool workers_given = false;
  // How many threads there may be beside those that have a core: for tasks that block theirs. Tokio's number.
  std::size_t most_stand_ins = 512;
  std::function<std::string()> thread_name;  // unless given: the names below
  std::size_t thread_stack_size = 0;  // 0: the system's
  std::size_t max_blocking_threads = 512;
  std::uint64_t thread_keep_alive = 10'000'000'000;  // nanoseconds
  std::uint32_t event_interval = 61;
  std::uint32_t global_queue_interval = 31;
  bool start_paused = false;
  // A current-thread runtime whose ready tasks are polled in an order drawn from the seed, and whose paused clock starts
  // at a fixed time: the same seed gives the same run.
  bool simulated = false;
  std::uint64_t seed = 0x9e3779b97f4a7c15U;
  static constexpr std::uint64_t kStallThreshold = 100'000'000;
  std::optional<std::uint64_t> stall_threshold;  // nanoseconds, 0 is never; unless given: the above, or never
  int stall_signal = 23;                         // 0: none; SIGURG, which does nothing unless a program asks for it
  std::function<void(const StallReport&)> on_stall;
  std::function<void()> on_thread_start;
  std::function<void()> on_thread_stop;
  std::function<void(std::string_view)> on_deadlock;  // unless given: prints to stderr
  std::uint64_t deadlock_period = 1'000'000'000;      // nanoseconds
  std::function<void()> on_thread_park;
  std::function<void()> on_thread_unpark;
  TaskHooks task_hooks;
  UnhandledPanic unhandled_panic = UnhandledPanic::kIgnore;

  /// Null if none is set.
  [[nodiscard]] const TaskHooks* hooks() const noexcept {
    const bool any = task_hooks.spawn || task_hooks.terminate || task_hooks.before_poll || task_hooks.after_poll;
    return any ? &task_hooks : nullptr;
  }

  [[nodiscard]] std::string worker_name() const { return thread_name ? thread_name() : "heddle-worker"; }
  [[nodiscard]] std::string blocking_thread_name() const { return thread_name ? thread_name() : "heddle-blocking"; }
};

}  // namespace heddle::inline v0::runtime
