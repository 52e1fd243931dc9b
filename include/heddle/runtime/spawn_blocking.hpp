// SPDX-License-Identifier: MIT
// task::spawn_blocking: runs a function that blocks on a thread of its own.
#pragma once

#include <heddle/marker/door.hpp>
#include <heddle/runtime/join_handle.hpp>
#include <heddle/runtime/spawn.hpp>

#include <concepts>
#include <expected>
#include <functional>
#include <source_location>
#include <tuple>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace runtime::detail {

/// A call as a future: its first poll makes it.
template <class F, class... Args>
class BlockingCall {
 public:
  using Output = std::decay_t<std::invoke_result_t<F, Args...>>;

  template <class... Parts>
  explicit BlockingCall(std::in_place_t, Parts&&... parts) : call_(std::forward<Parts>(parts)...) {}

  Poll<Output> poll(Context&) {
    auto call = [](F& f, Args&... args) -> Output { return std::invoke(std::move(f), std::move(args)...); };
    if constexpr (std::is_void_v<Output>) {
      std::apply(call, call_);
      return Ready();
    } else {
      return Poll<Output>(std::in_place, std::apply(call, call_));
    }
  }

 private:
  std::tuple<F, Args...> call_;
};

template <class F, class... Args>
using BlockingCallOf = BlockingCall<std::decay_t<F>, std::decay_t<Args>...>;
template <class F, class... Args>
using BlockingHandle = task::JoinHandle<typename BlockingCallOf<F, Args...>::Output>;

template <class F, class... Args>
concept BlockingFunction = std::invocable<std::decay_t<F>, std::decay_t<Args>...>;

/// Hands a new job to the runtime's threads for such. Returns 0, or why the system refuses the thread: then the job is
/// cancelled.
[[nodiscard]] int launch_blocking(Shared& shared, TaskHeader& job) noexcept;

/// Throws std::system_error.
[[noreturn]] void refuse_blocking(int error);

template <class Name, class F, class... Args>
std::expected<BlockingHandle<F, Args...>, int> try_spawn_blocking(Shared& shared, const std::source_location& at,
                                                                  Name name, F&& f, Args&&... args) {
  auto* cell = new TaskCell<BlockingCallOf<F, Args...>, Name>(std::move(name), at, std::in_place, std::forward<F>(f),
                                                              std::forward<Args>(args)...);
  BlockingHandle<F, Args...> handle(*cell);
  if (const int error = launch_blocking(shared, *cell)) return std::unexpected(error);
  return handle;
}

template <class F, class... Args>
BlockingHandle<F, Args...> spawn_blocking_on(Shared& shared, const std::source_location& at, F&& f, Args&&... args) {
  auto handle = try_spawn_blocking(shared, at, NoName(), std::forward<F>(f), std::forward<Args>(args)...);
  if (!handle) refuse_blocking(handle.error());
  return *std::move(handle);
}

}  // namespace runtime::detail

namespace task {

/// Runs `f(args…)`, a function that blocks or computes for long, on a thread that may: tasks go on meanwhile.
///
/// Shape       A lambda without captures, and what it needs as arguments, which are moved into the call.
/// Returns     A handle to await the result with. Dropping it detaches the call.
/// Errors      NoRuntime outside a runtime. std::system_error if the system refuses a thread and the runtime has no
///             other for such calls; Builder::spawn_blocking returns that. An exception that leaves `f` is the handle's
///             JoinError.
/// Cancelling  `abort` before `f` has begun keeps it from beginning; afterwards it has no effect. The runtime's
///             shutdown cancels what has not begun, and waits for the rest, see Runtime::shutdown_timeout.
/// Blocking    Within `f` everything may: locks, channels, block_on, which also awaits tasks of this runtime.
/// Threads     Any thread within a runtime. `f` runs on one of up to Builder::max_blocking_threads; when all are busy
///             it queues, so calls that wait for each other can wait for ever.
/// Cost        One block of memory, and some microseconds to wake a thread; up to 100 to start one.
/// Example     examples/spawn_blocking.cpp
///
/// Corresponds to Tokio's `task::spawn_blocking`.
template <class F>
  requires runtime::detail::BlockingFunction<F> && marker::CallMayCross<F>
runtime::detail::BlockingHandle<F> spawn_blocking(F&& f,
                                                  const std::source_location& at = std::source_location::current()) {
  return runtime::detail::spawn_blocking_on(runtime::detail::current_runtime("task::spawn_blocking"), at,
                                            std::forward<F>(f));
}
template <class F, class First, class... Rest>
  requires runtime::detail::BlockingFunction<F, First, Rest...> && marker::CallMayCross<F, First, Rest...>
runtime::detail::BlockingHandle<F, First, Rest...> spawn_blocking(F&& f, First&& first, Rest&&... rest) {
  return runtime::detail::spawn_blocking_on(runtime::detail::current_runtime("task::spawn_blocking"),
                                            std::source_location::current(), std::forward<F>(f),
                                            std::forward<First>(first), std::forward<Rest>(rest)...);
}
template <class F, class... Args>
  requires runtime::detail::BlockingFunction<F, Args...> && (!marker::CallMayCross<F, Args...>)
typename marker::RefusedCall<F, Args...>::type spawn_blocking(F&&, Args&&...);

}  // namespace task
}  // namespace heddle::inline v0
