// SPDX-License-Identifier: MIT
// LocalRuntime: a current-thread runtime that never leaves its thread, so that its tasks may hold what is not Send.
#pragma once

#include <heddle/runtime/local_set.hpp>
#include <heddle/runtime/runtime.hpp>

#include <cstddef>
#include <cstdint>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::runtime {

/// A current-thread runtime in which task::spawn_local works: `auto runtime = Builder::current_thread().build_local();`
///
/// Local tasks and those of task::spawn run side by side, on the thread that made it, in block_on. Destroying it
/// destroys all of them, there.
/// Threads     Stays on its thread. Handles may go to any: what they spawn must be Send, and runs here.
/// Cost        A local task costs what any task of a current-thread runtime does.
/// Example     examples/local_tasks.cpp
///
/// Corresponds to Tokio's `runtime::LocalRuntime`.
class LocalRuntime {
 public:
  LocalRuntime(LocalRuntime&&) noexcept = default;
  LocalRuntime& operator=(LocalRuntime&& other) noexcept {
    runtime_ = std::move(other.runtime_);  // which shuts down
    return *this;
  }
  ~LocalRuntime();

  /// As Runtime::block_on.
  template <class F>
    requires Future<std::remove_reference_t<F>>
  OutputOf<std::remove_reference_t<F>> block_on(F&& future) {
    const task::LocalEnterGuard local(scheduler());
    return runtime_.block_on(std::forward<F>(future));
  }

  /// As task::spawn_local, onto this runtime: within block_on or outside of it.
  template <class X>
    requires detail::LocallySpawnable<X>
  detail::LocalHandle<X> spawn_local(X&& work, const std::source_location& at = std::source_location::current()) {
    return detail::spawn_local_on(scheduler(), at, std::forward<X>(work));
  }
  template <class F, class First, class... Rest>
    requires detail::LocallySpawnable<F, First, Rest...>
  detail::LocalHandle<F, First, Rest...> spawn_local(F&& f, First&& first, Rest&&... rest) {
    return detail::spawn_local_on(scheduler(), std::source_location::current(), std::forward<F>(f),
                                  std::forward<First>(first), std::forward<Rest>(rest)...);
  }
  template <class... X>
    requires detail::RefusedLocally<X...>
  detail::LocalRefusal<X...> spawn_local(X&&...);

  /// For other threads, and for tasks that are Send.
  [[nodiscard]] Handle handle() const noexcept { return runtime_.handle(); }

  /// Makes task::spawn_local, task::spawn, timers and sockets work on this thread while the guard lives.
  class [[nodiscard]] EnterGuard {
   public:
    explicit EnterGuard(const LocalRuntime& runtime) noexcept;
    EnterGuard(const EnterGuard&) = delete;
    EnterGuard& operator=(const EnterGuard&) = delete;

   private:
    runtime::EnterGuard runtime_;
    task::LocalEnterGuard local_;
  };
  [[nodiscard]] EnterGuard enter() const noexcept { return EnterGuard(*this); }

  /// How many tasks are in memory, as Runtime::alive_tasks.
  [[nodiscard]] std::size_t alive_tasks() const noexcept { return runtime_.alive_tasks(); }

 private:
  friend class Builder;
  explicit LocalRuntime(Runtime runtime) noexcept;

  /// On its own thread.
  [[nodiscard]] Scheduler& scheduler() const noexcept;

  Runtime runtime_;
  // The number of the thread that made it.
  std::uint64_t owner_;
};

}  // namespace heddle::inline v0::runtime

namespace heddle::inline v0::marker {

template <>
struct unsafe_rules<runtime::LocalRuntime> {
  using Send = Never<"it stays on its thread: send a Handle">;
  using Owned = Always;
};
template <>
struct unsafe_rules<runtime::LocalRuntime::EnterGuard> {
  using Send = Never<"its thread has to leave">;
};

}  // namespace heddle::inline v0::marker
