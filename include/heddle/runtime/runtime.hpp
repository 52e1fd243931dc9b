// SPDX-License-Identifier: MIT
// Runtime: workers, timers and sockets under one roof; Builder makes it, Handle reaches it, main() runs a program in it.
#pragma once

#include <heddle/base/deadline.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/io/error.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/runtime/detail/main_future.hpp>
#include <heddle/runtime/metrics.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/runtime/spawn_blocking.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::runtime {

class Shared;
class Runtime;
class StallReport;
class LocalRuntime;
struct Config;

namespace detail {
/// Polls `future` on this thread, which runs no tasks, until it is ready.
void poll_here(Shared& shared, MainFuture& future);
/// A current-thread runtime in which the same seed gives the same run. See testing::Simulation.
[[nodiscard]] io::Result<Runtime> make_simulated(std::uint64_t seed);
}  // namespace detail

/// Makes this thread belong to a runtime while it lives: spawn, timers and sockets work. Tokio's `EnterGuard`.
class [[nodiscard]] EnterGuard {
 public:
  explicit EnterGuard(Shared& shared) noexcept;
  EnterGuard(const EnterGuard&) = delete;
  EnterGuard& operator=(const EnterGuard&) = delete;
  ~EnterGuard();

 private:
  Shared* shared_;
  Shared* before_;
};

/// A way into a runtime from any thread; keeps its books, not its workers, alive.
///
/// Corresponds to Tokio's `runtime::Handle`.
class Handle {
 public:
  /// The runtime of this thread. Throws NoRuntime.
  [[nodiscard]] static Handle current();
  /// The same, or nothing.
  [[nodiscard]] static std::optional<Handle> try_current() noexcept;

  Handle(Handle&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(shared_, other.shared_);
    return *this;
  }
  ~Handle();
  [[nodiscard]] Handle clone() const noexcept;

  /// As task::spawn, onto this runtime.
  template <detail::Spawnable F>
  task::JoinHandle<OutputOf<F>> spawn(F&& future,
                                      const std::source_location& at = std::source_location::current()) const {
    return detail::spawn_on(*shared_, std::move(future), at);
  }
  template <detail::GivenFuture F>
    requires(!detail::Spawnable<F>)
  typename marker::Refused<F, OutputOf<F>>::type spawn(F&&) const;

  /// As task::spawn_blocking, onto this runtime.
  template <class F>
    requires detail::BlockingFunction<F> && marker::CallMayCross<F>
  detail::BlockingHandle<F> spawn_blocking(F&& f,
                                           const std::source_location& at = std::source_location::current()) const {
    return detail::spawn_blocking_on(*shared_, at, std::forward<F>(f));
  }
  template <class F, class First, class... Rest>
    requires detail::BlockingFunction<F, First, Rest...> && marker::CallMayCross<F, First, Rest...>
  detail::BlockingHandle<F, First, Rest...> spawn_blocking(F&& f, First&& first, Rest&&... rest) const {
    return detail::spawn_blocking_on(*shared_, std::source_location::current(), std::forward<F>(f),
                                     std::forward<First>(first), std::forward<Rest>(rest)...);
  }
  template <class F, class... Args>
    requires detail::BlockingFunction<F, Args...> && (!marker::CallMayCross<F, Args...>)
  typename marker::RefusedCall<F, Args...>::type spawn_blocking(F&&, Args&&...) const;

  /// Runs `future` on this thread, within the runtime. On a current-thread runtime it doesn't run the tasks:
  /// that is for Runtime::block_on.
  template <class F>
  OutputOf<std::remove_reference_t<F>> block_on(F&& future) const {
    const EnterGuard guard(*shared_);
    const future::PollScope scope("Handle::block_on");
    detail::TypedMainFuture<std::remove_reference_t<F>> main(future);
    detail::poll_here(*shared_, main);
    return main.take();
  }

  [[nodiscard]] EnterGuard enter() const noexcept { return EnterGuard(*shared_); }

  [[nodiscard]] Metrics metrics() const noexcept { return Metrics(*shared_); }

 private:
  friend class Runtime;
  explicit Handle(Shared& shared) noexcept;

  Shared* shared_;
};

/// Runs tasks, drives sockets and timers.
///
/// Destroying it, or moving another one in, shuts it down: each worker ends after its current poll, every task is
/// destroyed where it stands suspended, exactly once, by the last worker (of a current-thread runtime: by the
/// destroying thread); of the calls of spawn_blocking, those that haven't begun are cancelled. The destructor returns
/// when that is done and the other calls have ended. A task that never suspends, or a call that never ends, keeps it
/// waiting: see shutdown_timeout. Where it would wait for itself, on a thread that polls tasks or within one of the
/// runtime's own blocking calls, it doesn't wait (as shutdown_background); Tokio panics there, or hangs.
///
/// Corresponds to Tokio's `runtime::Runtime`.
class Runtime {
 public:
  /// A multi-thread runtime with a worker per processor that this process may use.
  [[nodiscard]] static io::Result<Runtime> make();

  Runtime(Runtime&&) noexcept;
  Runtime& operator=(Runtime&&) noexcept;
  ~Runtime();

  /// Runs `future` on this thread to its end. A current-thread runtime runs its tasks meanwhile, and only meanwhile.
  ///
  /// Returns     What the future gives. What it throws is thrown here.
  /// Errors      BlockingInAsync on a thread that polls tasks.
  /// Blocking    Until the future is ready; spawned tasks are not waited for.
  /// Threads     Any that polls no tasks; several at once may.
  template <class F>
    requires Future<std::remove_reference_t<F>>
  OutputOf<std::remove_reference_t<F>> block_on(F&& future) {
    const EnterGuard guard(*shared_);
    const future::PollScope scope("Runtime::block_on");
    detail::TypedMainFuture<std::remove_reference_t<F>> main(future);
    drive(main);
    return main.take();
  }

  /// As task::spawn, onto this runtime.
  template <detail::Spawnable F>
  task::JoinHandle<OutputOf<F>> spawn(F&& future,
                                      const std::source_location& at = std::source_location::current()) {
    return detail::spawn_on(*shared_, std::move(future), at);
  }
  template <detail::GivenFuture F>
    requires(!detail::Spawnable<F>)
  typename marker::Refused<F, OutputOf<F>>::type spawn(F&&);

  /// As task::spawn_blocking, onto this runtime.
  template <class F>
    requires detail::BlockingFunction<F> && marker::CallMayCross<F>
  detail::BlockingHandle<F> spawn_blocking(F&& f, const std::source_location& at = std::source_location::current()) {
    return detail::spawn_blocking_on(*shared_, at, std::forward<F>(f));
  }
  template <class F, class First, class... Rest>
    requires detail::BlockingFunction<F, First, Rest...> && marker::CallMayCross<F, First, Rest...>
  detail::BlockingHandle<F, First, Rest...> spawn_blocking(F&& f, First&& first, Rest&&... rest) {
    return detail::spawn_blocking_on(*shared_, std::source_location::current(), std::forward<F>(f),
                                     std::forward<First>(first), std::forward<Rest>(rest)...);
  }
  template <class F, class... Args>
    requires detail::BlockingFunction<F, Args...> && (!marker::CallMayCross<F, Args...>)
  typename marker::RefusedCall<F, Args...>::type spawn_blocking(F&&, Args&&...);

  [[nodiscard]] Handle handle() const noexcept;
  [[nodiscard]] EnterGuard enter() const noexcept { return EnterGuard(*shared_); }

  /// Shuts down as the destructor does, but waits no longer than `limit`: what still runs then goes on by itself, each
  /// worker to the end of its poll, each blocking call to its end.
  ///
  /// Errors      BlockingInAsync on a thread that polls tasks, unless `limit` is zero; the runtime then goes on.
  template <class Rep, class Period>
  void shutdown_timeout(std::chrono::duration<Rep, Period> limit) && {
    shut_down_within(base::saturated_ns(limit));
  }

  /// Shuts down without waiting, as shutdown_timeout(0).
  void shutdown_background() && noexcept;

  [[nodiscard]] Metrics metrics() const noexcept { return Metrics(*shared_); }

  /// How many workers it has.
  [[nodiscard]] std::size_t worker_count() const noexcept;

  /// How many tasks are in memory: running, waiting, or done with their result not yet taken.
  [[nodiscard]] std::size_t alive_tasks() const noexcept;

 private:
  friend class Builder;
  friend class LocalRuntime;
  struct Threads;
  Runtime(Shared& shared, std::unique_ptr<Threads> threads) noexcept;

  void shut_down(std::uint64_t deadline) noexcept;
  void shut_down_within(std::uint64_t nanoseconds);
  [[nodiscard]] bool is_current_thread() const noexcept;
  void drive(detail::MainFuture& future);

  Shared* shared_;
  std::unique_ptr<Threads> threads_;
};

/// Called with a task; must not throw. What it is given lives for the call.
using TaskHook = std::function<void(const task::TaskMeta&)>;

/// What a task that panics does to its runtime. Tokio's `UnhandledPanic`.
enum class UnhandledPanic : std::uint8_t {
  kIgnore,           ///< nothing: its JoinHandle gives the exception, or, if that is gone, the panic hook is called
  kShutdownRuntime,  ///< the runtime shuts down at once, and its block_on throws RuntimeShutDown
};

/// Settings of a Runtime to be.
///
/// Corresponds to Tokio's `runtime::Builder`.
class Builder {
 public:
  /// Tasks run on worker threads.
  [[nodiscard]] static Builder multi_thread();
  /// Tasks run on the thread in block_on.
  [[nodiscard]] static Builder current_thread();

  Builder(const Builder&) = delete;
  Builder(Builder&&) noexcept;
  ~Builder();

  /// At least 1; default: thread::available_parallelism(). Multi-thread only.
  Builder& worker_threads(std::size_t count);
  /// How many calls of task::spawn_blocking run at once, at least 1; more of them queue. Default: 512.
  Builder& max_blocking_threads(std::size_t count);
  /// How long a thread of those calls stays without one; default: 10 s.
  template <class Rep, class Period>
  Builder& thread_keep_alive(std::chrono::duration<Rep, Period> time) {
    return keep_threads_alive(base::saturated_ns(time));
  }
  /// What the system shows as the name of the runtime's threads: the first 15 bytes. Default: heddle-worker, and
  /// heddle-blocking for those of task::spawn_blocking.
  Builder& thread_name(std::string name);
  /// The same, but the name is what `name` gives for each thread. It is called where a thread is started, perhaps from
  /// several threads at once, must not throw, and must not start another.
  Builder& thread_name_fn(std::function<std::string()> name);
  /// Bytes of stack of each thread, at least some 64 KiB; default: the system's.
  Builder& thread_stack_size(std::size_t bytes);
  /// A busy worker looks for events and timers every so many polls; default 61.
  Builder& event_interval(std::uint32_t polls);
  /// A busy worker looks at the common queue every so many polls; default 31.
  Builder& global_queue_interval(std::uint32_t polls);
  /// The clock stands still from the start (tests): see time::pause. Current-thread only.
  Builder& start_paused(bool paused = true);
  /// Called by each thread, worker or of a blocking call, before its first task, and after its last. Must not throw.
  Builder& on_thread_start(std::function<void()> hook);
  Builder& on_thread_stop(std::function<void()> hook);
  /// Called with a report when a thread waits in block_on and nothing in any runtime has moved, nor can, for `after`,
  /// while tasks wait in channels whose senders live. The report names where each channel was made, and where its living
  /// senders were; each channel once. The default prints it to stderr.
  ///
  /// The hook is called by the thread in block_on. What it throws leaves block_on: so a test fails instead of hanging.
  /// What is reported are channels that were made while diagnosing: from the start in a debug build of heddle and with
  /// HEDDLE_DIAGNOSE=1 in the environment, else from the first runtime on that is built with a hook.
  Builder& on_deadlock(std::function<void(std::string_view report)> hook,
                       std::chrono::nanoseconds after = std::chrono::seconds(1));
  /// Reports a task that has kept its thread for so long in one poll, to some 20 ms; zero: never. The default is 100 ms
  /// where on_stall is given, and for workers in a debug build of heddle or with HEDDLE_DIAGNOSE=1 in the environment; else
  /// never. What else a worker had to do goes on elsewhere, reported or not.
  Builder& stall_threshold(std::chrono::nanoseconds threshold);
  /// Called with each such poll, once, by a thread of the runtime's own: the stuck one knows nothing of it. The default
  /// prints to stderr. What it throws is dropped.
  Builder& on_stall(std::function<void(const StallReport& report)> handler);
  /// Interrupts the stuck thread, so that it writes down its stack; 0: none, and no stack. Default: SIGURG, which a
  /// program ignores unless it asks for it. A signal that the program handles itself is left alone.
  Builder& stall_signal(int signal);
  /// Called by each worker before it sleeps, and after it has. The first may spawn and wake tasks, which are then run
  /// instead. Must not throw.
  Builder& on_thread_park(std::function<void()> hook);
  Builder& on_thread_unpark(std::function<void()> hook);
  /// Called where a task is spawned, before its first poll; and by who ran or cancelled it, before its result is seen.
  /// Calls of task::spawn_blocking are tasks too, with one poll.
  Builder& on_task_spawn(TaskHook hook);
  Builder& on_task_terminate(TaskHook hook);
  /// Called by the worker before and after each poll of a task.
  Builder& on_before_task_poll(TaskHook hook);
  Builder& on_after_task_poll(TaskHook hook);
  /// Default: kIgnore. The other one for a current-thread runtime only. Blocking calls don't count.
  Builder& unhandled_panic(UnhandledPanic behavior);
  /// Seed of the random choices of the scheduler.
  Builder& seed(std::uint64_t seed);

  /// Starts the runtime. Errors: what the system says when it refuses a thread or a descriptor; kInvalidInput for
  /// settings that make no sense.
  [[nodiscard]] io::Result<Runtime> build();

  /// The same, for a current-thread runtime that stays on this thread: include heddle/runtime/local_runtime.hpp.
  [[nodiscard]] io::Result<LocalRuntime> build_local();

 private:
  friend io::Result<Runtime> detail::make_simulated(std::uint64_t seed);
  explicit Builder(bool multi_thread);
  Builder& keep_threads_alive(std::uint64_t nanoseconds);
  std::unique_ptr<Config> config_;
};

/// Called with every exception that leaves a task whose result nobody takes. The default prints one line to stderr.
/// Returns the hook before. Must not throw. Corresponds to Rust's `std::panic::set_hook`.
using PanicHook = void (*)(const task::JoinError&) noexcept;
PanicHook set_panic_hook(PanicHook hook) noexcept;

}  // namespace heddle::inline v0::runtime

namespace heddle::inline v0::marker {

// A runtime's Shared may be used from any thread, and is counted with atomics.
template <>
struct unsafe_rules<runtime::Handle> {
  using Send = Always;
  using Sync = Always;
  using Owned = Always;
};
template <>
struct unsafe_rules<runtime::Runtime> {
  using Send = Always;
  using Sync = Always;
  using Owned = Always;
};
// It puts back what this thread had before.
template <>
struct unsafe_rules<runtime::EnterGuard> {
  using Send = Never<"its thread has to leave">;
};
// The hooks in it may hold anything.
template <>
struct unsafe_rules<runtime::Builder> {
  using Send = Never<"build() it, and send a Handle">;
};

}  // namespace heddle::inline v0::marker
