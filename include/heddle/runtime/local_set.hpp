// SPDX-License-Identifier: MIT
// LocalSet: tasks that stay on their thread, and so may hold what is not Send.
#pragma once

#include <heddle/future/detail/held.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/future/wait_list.hpp>
#include <heddle/marker/door.hpp>
#include <heddle/runtime/join_handle.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/spawn.hpp>

#include <source_location>
#include <tuple>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace runtime {
class LocalScheduler;
class Scheduler;

namespace detail {

/// Where task::spawn_local puts tasks on this thread. Throws NoLocalSet.
[[nodiscard]] Scheduler& current_local();

void launch_local(Scheduler& local, TaskHeader& task) noexcept;

/// The future of spawn_local(f, args…): keeps `f` and `args`, and in it what `f(args…)` returns, which may borrow them.
template <class F, class... Args>
class LocalCall {
  using Awaited = typename Call<F, Args...>::Awaited;

 public:
  using Output = OutputOf<Awaited>;

  template <class... Given>
  explicit LocalCall(Given&&... call) : call_(std::forward<Given>(call)...) {}
  LocalCall(LocalCall&&) = delete;

  Poll<Output> poll(Context& cx) {
    if (!std::exchange(called_, true)) {
      awaited_.make([&]() -> Awaited { return std::apply(&Call<F, Args...>::call, call_); });
    }
    return (*awaited_).poll(cx);
  }

 private:
  std::tuple<F, Args...> call_;
  future::detail::Place<Awaited> awaited_;  // goes before what it borrows
  bool called_ = false;
};

/// What spawn_local may be given: a future that is given away, or an asynchronous function and its arguments.
template <class... X>
struct LocalWork;
template <GivenFuture F>
struct LocalWork<F> {
  using Future = std::remove_cvref_t<F>;
  using Refusal = marker::RefusedToStay<Future, OutputOf<Future>>;
  static constexpr bool kMayStay = marker::MayStay<Future, OutputOf<Future>>;
};
template <class F, class... Args>
  requires AsyncFunction<std::decay_t<F>, std::decay_t<Args>...>
struct LocalWork<F, Args...> {
  using Future = LocalCall<std::decay_t<F>, std::decay_t<Args>...>;
  using Refusal = marker::RefusedToStay<std::decay_t<F>, std::decay_t<Args>..., OutputOf<Future>>;
  static constexpr bool kMayStay = marker::MayStay<std::decay_t<F>, std::decay_t<Args>..., OutputOf<Future>>;
};

template <class... X>
concept IsLocalWork = requires {
  sizeof(LocalWork<X...>);
};
/// What spawn_local asks: neither work nor result borrows. They need not be Send.
template <class... X>
concept LocallySpawnable = IsLocalWork<X...> && LocalWork<X...>::kMayStay;
template <class... X>
concept RefusedLocally = IsLocalWork<X...> &&(!LocallySpawnable<X...>);

template <class... X>
using LocalHandle = task::JoinHandle<OutputOf<typename LocalWork<X...>::Future>>;
template <class... X>
using LocalRefusal = typename LocalWork<X...>::Refusal::type;

template <class... X>
LocalHandle<X...> spawn_local_on(Scheduler& local, const std::source_location& at, X&&... work) {
  auto* cell = new TaskCell<typename LocalWork<X...>::Future>(NoName(), at, std::forward<X>(work)...);
  launch_local(local, *cell);
  return LocalHandle<X...>(*cell);
}

/// A poll of a set, on this thread's stack: task::spawn_local works while it lives.
class LocalPoll {
 public:
  /// Throws where the set could come to another thread: in a task of a runtime that moves its tasks.
  explicit LocalPoll(LocalScheduler& scheduler);
  LocalPoll(const LocalPoll&) = delete;
  LocalPoll& operator=(const LocalPoll&) = delete;
  /// Ends the set if it was dropped meanwhile.
  ~LocalPoll();

  /// Runs tasks. Wakes `cx` when more is to be run; until then `waiter` waits. True if no task is left.
  bool run_tasks(Context& cx, future::Waiter& waiter) noexcept;

 private:
  LocalScheduler& scheduler_;
  Scheduler* before_;
};

/// A wait of somebody who polls a set; keeps its books in memory.
class LocalWait {
 public:
  explicit LocalWait(LocalScheduler& scheduler) noexcept;
  LocalWait(const LocalWait&) = delete;
  LocalWait& operator=(const LocalWait&) = delete;
  ~LocalWait();

  [[nodiscard]] LocalScheduler& scheduler() noexcept { return scheduler_; }
  [[nodiscard]] future::Waiter& waiter() noexcept { return waiter_; }

 private:
  LocalScheduler& scheduler_;
  future::Waiter waiter_;
};

}  // namespace detail
}  // namespace runtime

namespace task {

/// Makes task::spawn_local work on this thread while it lives. Tokio's `LocalEnterGuard`.
class [[nodiscard]] LocalEnterGuard {
 public:
  explicit LocalEnterGuard(runtime::Scheduler& local) noexcept;
  LocalEnterGuard(const LocalEnterGuard&) = delete;
  LocalEnterGuard& operator=(const LocalEnterGuard&) = delete;
  ~LocalEnterGuard();

 private:
  runtime::Scheduler& local_;
  runtime::Scheduler* before_;
};

/// The future of LocalSet::run_until.
template <class F>
class [[nodiscard]] RunUntil {
 public:
  using Output = OutputOf<std::remove_reference_t<F>>;
  static constexpr future::Loss kLoss = future::kLossOf<std::remove_reference_t<F>>;

  RunUntil(runtime::LocalScheduler& scheduler, F&& future) : wait_(scheduler), future_(std::forward<F>(future)) {}
  RunUntil(RunUntil&&) = delete;
  ~RunUntil() { cancel(); }

  Poll<Output> poll(Context& cx) {
    if (done_) throw PolledAfterCompletion();
    runtime::detail::LocalPoll tasks(wait_.scheduler());
    Poll<Output> answer = future_->poll(cx);
    if (answer.is_ready()) {
      cancel();
    } else {
      static_cast<void>(tasks.run_tasks(cx, wait_.waiter()));
    }
    return answer;
  }

  /// Drops the future, if it is a temporary. The set's tasks are the set's.
  void cancel() noexcept {
    if (!std::exchange(done_, true)) future_.drop();
  }

 private:
  runtime::detail::LocalWait wait_;
  future::detail::Held<F> future_;
  bool done_ = false;
};

/// Tasks that run on the thread which made it, while somebody awaits the set or a run_until of it there: they may hold
/// an Rc, a RefCell, a pointer that isn't Send.
///
/// As a future (`co_await set`) it is ready when all its tasks have ended. Its tasks see the timers and sockets of the
/// runtime that polls it. Destroying it destroys every task where it stands suspended, on this thread; their handles
/// say "cancelled".
/// Errors      std::logic_error where it is awaited within a task that may move to another thread (one that was spawned
///             by task::spawn, and so all of heddle::main): await it in block_on, or in another local task.
/// Cancelling  Safe: a set that is awaited by its name may be awaited again, as may a run_until.
/// Threads     Stays on its thread. Its handles and the wakers of its tasks may go to any.
/// Cost        One block of memory, and one per task. A wake from its own thread takes no lock; one from another thread
///             a short one. At most 61 tasks run between two turns of the runtime.
/// Example     examples/local_tasks.cpp
///
/// Corresponds to Tokio's `task::LocalSet`.
class [[nodiscard]] LocalSet {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  LocalSet();
  LocalSet(LocalSet&& other) noexcept : scheduler_(std::exchange(other.scheduler_, nullptr)) {}
  LocalSet& operator=(LocalSet&& other) noexcept {
    LocalSet old(std::exchange(scheduler_, std::exchange(other.scheduler_, nullptr)));
    return *this;
  }
  ~LocalSet() { cancel(); }

  /// Adds a task. As task::spawn_local, from within the set or outside of it.
  template <class X>
    requires runtime::detail::LocallySpawnable<X>
  runtime::detail::LocalHandle<X> spawn_local(
      X&& work, const std::source_location& at = std::source_location::current()) const {
    return runtime::detail::spawn_local_on(books(), at, std::forward<X>(work));
  }
  template <class F, class First, class... Rest>
    requires runtime::detail::LocallySpawnable<F, First, Rest...>
  runtime::detail::LocalHandle<F, First, Rest...> spawn_local(F&& f, First&& first, Rest&&... rest) const {
    return runtime::detail::spawn_local_on(books(), std::source_location::current(), std::forward<F>(f),
                                           std::forward<First>(first), std::forward<Rest>(rest)...);
  }
  template <class... X>
    requires runtime::detail::RefusedLocally<X...>
  runtime::detail::LocalRefusal<X...> spawn_local(X&&...) const;

  /// Awaits `future` and runs the tasks of the set meanwhile: `co_await set.run_until(work());`
  ///
  /// Shape       One full expression: a temporary lives till its end. A named future stays the caller's. It is no task:
  ///             it shares the budget and the task-locals of whoever awaits it.
  /// Returns     What `future` gives. Tasks that haven't ended wait for the next run_until.
  /// Cancelling  Drops the future, if it is a temporary. Loses what that loses.
  template <class F>
    requires Future<std::remove_reference_t<F>>
  RunUntil<F> run_until(F&& future) const {
    return RunUntil<F>(*scheduler_, std::forward<F>(future));
  }

  /// `runtime.block_on(run_until(future))`.
  template <class F>
    requires Future<std::remove_reference_t<F>>
  OutputOf<std::remove_reference_t<F>> block_on(runtime::Runtime& runtime, F&& future) const {
    return runtime.block_on(run_until(std::forward<F>(future)));
  }

  /// task::spawn_local puts tasks into this set, on this thread, while the guard lives. It runs none of them.
  [[nodiscard]] LocalEnterGuard enter() const noexcept { return LocalEnterGuard(books()); }

  /// Ready when no task is left.
  Poll<void> poll(Context& cx);

  /// Does what the destructor does.
  void cancel() noexcept;

 private:
  explicit LocalSet(runtime::LocalScheduler* scheduler) noexcept : scheduler_(scheduler) {}
  [[nodiscard]] runtime::Scheduler& books() const noexcept;

  runtime::LocalScheduler* scheduler_;
};

/// Runs a future as a task of this thread, beside the caller: in the LocalSet or LocalRuntime that polls the caller.
///
/// Shape       `spawn_local(future)`: a Task, or any future that owns what it uses. `spawn_local(f, args…)`: an
///             asynchronous function with its arguments, which the task keeps: `f` may return an Async, and borrow them.
///             Unlike the parameters of a Task, neither they nor the result need be Send.
/// Returns     A handle to await the result with, or to abort the task; it is Send if the result is. Dropping it detaches
///             the task.
/// Errors      NoLocalSet outside of a LocalSet and of a LocalRuntime. At compile time, what borrows.
/// Threads     The task is polled and destroyed on this thread alone, and may be woken from any.
/// Example     examples/local_tasks.cpp
///
/// Corresponds to Tokio's `task::spawn_local`.
template <class X>
  requires runtime::detail::LocallySpawnable<X>
runtime::detail::LocalHandle<X> spawn_local(X&& work,
                                            const std::source_location& at = std::source_location::current()) {
  return runtime::detail::spawn_local_on(runtime::detail::current_local(), at, std::forward<X>(work));
}
template <class F, class First, class... Rest>
  requires runtime::detail::LocallySpawnable<F, First, Rest...>
runtime::detail::LocalHandle<F, First, Rest...> spawn_local(F&& f, First&& first, Rest&&... rest) {
  return runtime::detail::spawn_local_on(runtime::detail::current_local(), std::source_location::current(),
                                         std::forward<F>(f), std::forward<First>(first), std::forward<Rest>(rest)...);
}
template <class... X>
  requires runtime::detail::RefusedLocally<X...>
runtime::detail::LocalRefusal<X...> spawn_local(X&&...);

}  // namespace task

namespace marker {

template <>
struct unsafe_rules<task::LocalSet> {
  using Send = Never<"it stays on its thread">;
  using Owned = Always;
};
template <class F>
struct unsafe_rules<task::RunUntil<F>> {
  using Send = Never<"a LocalSet stays on its thread">;
};
// It puts back what this thread had before.
template <>
struct unsafe_rules<task::LocalEnterGuard> {
  using Send = Never<"its thread has to leave">;
};

}  // namespace marker
}  // namespace heddle::inline v0
