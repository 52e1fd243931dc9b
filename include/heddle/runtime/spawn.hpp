// SPDX-License-Identifier: MIT
// task::spawn: hands a future to the runtime, which runs it to its end.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/future/task.hpp>
#include <heddle/marker/door.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/runtime/detail/task_cell.hpp>
#include <heddle/runtime/join_handle.hpp>

#include <functional>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace runtime {
class Shared;

namespace detail {

/// The runtime of this thread. Throws NoRuntime, saying what needed it.
[[nodiscard]] Shared& current_runtime(const char* what_for);

/// Starts a new task.
void launch(Shared& shared, TaskHeader& task) noexcept;

template <class F, class Name = NoName>
task::JoinHandle<OutputOf<F>> spawn_on(Shared& shared, F future,
                                       const std::source_location& at = std::source_location::current(),
                                       Name name = Name()) {
  auto* cell = new TaskCell<F, Name>(std::move(name), at, std::move(future));
  launch(shared, *cell);
  return task::JoinHandle<OutputOf<F>>(*cell);
}

/// How `f(args…)` is called when both live in a coroutine's frame: the arguments moved in, or lent if `f` wants them so.
template <class F, class... Args>
struct Call {
  using Awaited = std::invoke_result_t<F&, Args&...>;
  static Awaited call(F& f, Args&... args) { return std::invoke(f, args...); }
};
template <class F, class... Args>
  requires std::is_invocable_v<F&, Args...>
struct Call<F, Args...> {
  using Awaited = std::invoke_result_t<F&, Args...>;
  static Awaited call(F& f, Args&... args) { return std::invoke(f, std::move(args)...); }
};

/// A function that returns a future when called with its own copies of the arguments.
template <class F, class... Args>
concept AsyncFunction = (!Future<F>) && (std::is_invocable_v<F&, Args...> || std::is_invocable_v<F&, Args&...>) &&
                        Future<typename Call<F, Args...>::Awaited>;

/// What spawn(future) asks of its argument: a future that is given away, and that may go to another thread with its
/// result.
template <class F>
concept GivenFuture = Future<std::remove_cvref_t<F>> && (!std::is_lvalue_reference_v<F>);
template <class F>
concept Spawnable = GivenFuture<F> && marker::MayCross<F, OutputOf<F>>;

/// What spawn(f, args…) asks: `f`, `args` and the result may cross. What `f` returns lives in the task alone.
template <class F, class... Args>
concept SpawnableCall =
    AsyncFunction<F, Args...> && marker::MayCross<F, Args..., OutputOf<typename Call<F, Args...>::Awaited>>;

template <class F, class... Args>
struct RefusedSpawn : marker::Refused<F, Args..., OutputOf<typename Call<F, Args...>::Awaited>> {};

/// The task of spawn(f, args…): its frame keeps the arguments, so that what `f` returns may borrow them.
template <class F, class... Args>
Task<OutputOf<typename Call<F, Args...>::Awaited>> run_call(F f, Args... args) {
  co_return co_await Call<F, Args...>::call(f, args...);
}

}  // namespace detail
}  // namespace runtime

namespace task {

/// Runs `future` as a task of its own, beside the caller.
///
/// Shape       A future that is movable until polled and owns what it uses: a Task, a socket's future by value, …
/// Returns     A handle to await the result with, or to abort the task. Dropping it detaches the task. After the
///             runtime's shutdown the task is cancelled at once, and the handle says so.
/// Errors      NoRuntime outside a runtime. An exception that leaves the task is the handle's JoinError.
/// Threads     Any thread within a runtime. The task may run on any of its workers, one at a time.
/// Cost        One block of memory, recycled; no system call from a worker.
/// Example     examples/tokio_spawn.cpp
///
/// Corresponds to Tokio's `task::spawn`.
template <runtime::detail::Spawnable F>
JoinHandle<OutputOf<F>> spawn(F&& future, const std::source_location& at = std::source_location::current()) {
  return runtime::detail::spawn_on(runtime::detail::current_runtime("task::spawn"), std::move(future), at);
}
template <runtime::detail::GivenFuture F>
  requires(!runtime::detail::Spawnable<F>)
typename marker::Refused<F, OutputOf<F>>::type spawn(F&&);

/// Runs `f(args…)`, an asynchronous function, as a task that owns `f` and `args`: they may be borrowed by what it
/// returns, so an Async function can be spawned.
///
/// Errors      At compile time, what may not cross threads: `f`, `args` and the result have to be Send and Owned.
template <class F>
  requires runtime::detail::SpawnableCall<std::decay_t<F>>
auto spawn(F&& f, const std::source_location& at = std::source_location::current()) {
  return spawn(runtime::detail::run_call<std::decay_t<F>>(std::forward<F>(f)), at);
}
template <class F, class First, class... Rest>
  requires runtime::detail::SpawnableCall<std::decay_t<F>, std::decay_t<First>, std::decay_t<Rest>...>
auto spawn(F&& f, First&& first, Rest&&... rest) {
  return spawn(runtime::detail::run_call<std::decay_t<F>, std::decay_t<First>, std::decay_t<Rest>...>(
      std::forward<F>(f), std::forward<First>(first), std::forward<Rest>(rest)...));
}
template <class F, class... Args>
  requires runtime::detail::AsyncFunction<std::decay_t<F>, std::decay_t<Args>...> &&
           (!runtime::detail::SpawnableCall<std::decay_t<F>, std::decay_t<Args>...>)
typename runtime::detail::RefusedSpawn<std::decay_t<F>, std::decay_t<Args>...>::type spawn(F&&, Args&&...);

/// The future behind yield_now.
class [[nodiscard]] YieldNow {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  YieldNow() noexcept {}
  Poll<void> poll(Context& cx) noexcept {
    if (std::exchange(yielded_, true)) return Ready();
    cx.yield();
    return Pending;
  }

 private:
  bool yielded_ = false;

  HEDDLE_FIELDS(yielded_);
};

/// Lets the other runnable tasks have a turn. Tokio's `task::yield_now`.
inline YieldNow yield_now() noexcept { return YieldNow(); }

/// The task that this thread polls just now. Throws NoRuntime outside a task. Tokio's `task::id`.
[[nodiscard]] Id id();

/// The same, or nothing outside a task.
[[nodiscard]] std::optional<Id> try_id() noexcept;

}  // namespace task
}  // namespace heddle::inline v0
