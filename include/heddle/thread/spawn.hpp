// SPDX-License-Identifier: MIT
// thread::spawn and Builder: start a thread of the system that runs a function.
#pragma once

#include <heddle/marker/door.hpp>
#include <heddle/thread/detail/scoped_call.hpp>
#include <heddle/thread/join_handle.hpp>

#include <concepts>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::thread {

namespace detail {

template <class F, class... Args>
using CallOf = Call<std::decay_t<F>, std::decay_t<Args>...>;

template <class F, class... Args>
using SpawnResult = std::decay_t<std::invoke_result_t<std::decay_t<F>, Passed<Args>...>>;

/// What a new thread can run, whatever may cross: a scope's borrow is refused for being one.
template <class F, class... Args>
concept ThreadCallable = std::invocable<std::decay_t<F>, Passed<Args>...>;

/// The door of threads that nobody waits for. The result crosses as the copy that the handle gives.
template <class F, class... Args>
concept MaySpawn = marker::MayCross<std::decay_t<F>, std::decay_t<Args>..., SpawnResult<F, Args...>>;
template <class F, class... Args>
using RefusedSpawn = typename marker::Refused<std::decay_t<F>, std::decay_t<Args>..., SpawnResult<F, Args...>>::type;

/// A cell for `parts`, a callable and its arguments, not started yet.
template <class C, class... Parts>
Ref<ResultCell<CallResult<C>>> make_cell(std::optional<std::string> name, Parts&&... parts) {
  return Ref<ResultCell<CallResult<C>>>(new CallCell<C>(std::move(name), std::forward<Parts>(parts)...));
}

}  // namespace detail

/// What a new thread is like.
///
/// Example     `Builder().name("reader").stack_size(256 * 1024).spawn(read_all, std::move(file))`
///
/// Corresponds to Rust's `thread::Builder`.
class Builder {
 public:
  Builder() noexcept {}

  /// Names the thread, for Thread::name and the system's tools, which cut it to 15 bytes. A zero byte in it throws
  /// std::invalid_argument.
  Builder& name(std::string name);

  /// The size of its stack in bytes, raised to the least that the system needs. Default: the system's, often 8 MiB.
  Builder& stack_size(std::size_t bytes) noexcept {
    stack_size_ = bytes;
    return *this;
  }

  /// Starts a thread that runs `f(args…)`. See thread::spawn.
  ///
  /// Returns     The handle, or why the system refuses: out of threads or of memory.
  template <class F, class... Args>
    requires detail::ThreadCallable<F, Args...> && detail::MaySpawn<F, Args...>
  [[nodiscard]] std::expected<JoinHandle<detail::SpawnResult<F, Args...>>, std::error_code> spawn(
      F&& f, Args&&... args) const {
    auto cell =
        detail::make_cell<detail::CallOf<F, Args...>>(name_, std::forward<F>(f), std::forward<Args>(args)...);
    if (const std::error_code error = cell->start(stack_size_)) return std::unexpected(error);
    return JoinHandle<detail::SpawnResult<F, Args...>>(std::move(cell));
  }
  /// The callable, an argument or the result may not cross to another thread, or borrows: the error says which.
  template <class F, class... Args>
    requires detail::ThreadCallable<F, Args...> && (!detail::MaySpawn<F, Args...>)
  detail::RefusedSpawn<F, Args...> spawn(F&& f, Args&&... args) const;

  /// Starts a thread of `scope`, as Scope::spawn does. Returns the handle, or why the system refuses.
  template <class F, class... Args>
    requires detail::ScopedCallable<F, Args...> && detail::MayBorrow<F, Args...>
  [[nodiscard]] auto spawn_scoped(Scope& scope, F&& f, Args&&... args) const;

  HEDDLE_FIELDS(name_, stack_size_);

 private:
  friend class Scope;

  std::optional<std::string> name_;
  std::size_t stack_size_ = 0;
};

namespace detail {

/// Throws std::system_error: the system refused to start a thread.
[[noreturn]] void refuse_spawn(std::error_code error);

}  // namespace detail

/// Starts a thread that runs `f(args…)`: copies of both are moved into the call, so the thread borrows nothing.
///
/// Shape       Write a lambda without captures, and pass what it needs: `spawn([](Job job) { … }, std::move(job))`.
/// Returns     A handle to wait for the thread and its result. Dropping it detaches the thread.
/// Errors      std::system_error if the system refuses (Builder::spawn returns that error instead). An exception that
///             leaves `f` is the handle's JoinError.
/// Threads     What was done before spawn is seen by the thread; what the thread did is seen after join.
/// Cost        One allocation besides the system's thread.
/// Example     examples/arc_mutex.cpp
///
/// Corresponds to Rust's `thread::spawn`.
template <class F, class... Args>
  requires detail::ThreadCallable<F, Args...> && detail::MaySpawn<F, Args...>
JoinHandle<detail::SpawnResult<F, Args...>> spawn(F&& f, Args&&... args) {
  auto handle = Builder().spawn(std::forward<F>(f), std::forward<Args>(args)...);
  if (!handle) detail::refuse_spawn(handle.error());
  return *std::move(handle);
}
/// The callable, an argument or the result may not cross to another thread, or borrows: the error says which.
template <class F, class... Args>
  requires detail::ThreadCallable<F, Args...> && (!detail::MaySpawn<F, Args...>)
detail::RefusedSpawn<F, Args...> spawn(F&& f, Args&&... args);

}  // namespace heddle::inline v0::thread
