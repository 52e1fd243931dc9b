// SPDX-License-Identifier: MIT
// task::Builder: spawns tasks that have a name.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/runtime/spawn_blocking.hpp>

#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::task {

/// What a new task is like: its name, for hooks and reports, and the line that the Builder stands in.
///
/// Cost        A named task keeps a string; one without a name has not a byte for it.
/// Example     `task::Builder().name("reader").spawn(read_all, std::move(file))`
///
/// Corresponds to Tokio's `task::Builder`.
class Builder {
 public:
  explicit Builder(const std::source_location& at = std::source_location::current()) noexcept : at_(at) {}

  /// Names the task for TaskMeta::name, hooks and reports.
  Builder& name(std::string name) noexcept {
    name_ = std::move(name);
    return *this;
  }

  /// As task::spawn(future).
  template <runtime::detail::Spawnable F>
  JoinHandle<OutputOf<F>> spawn(F&& future) const {
    runtime::Shared& shared = runtime::detail::current_runtime("task::Builder::spawn");
    if (name_.empty()) return runtime::detail::spawn_on(shared, std::move(future), at_);
    return runtime::detail::spawn_on(shared, std::move(future), at_, runtime::detail::TaskName{name_});
  }
  template <runtime::detail::GivenFuture F>
    requires(!runtime::detail::Spawnable<F>)
  typename marker::Refused<F, OutputOf<F>>::type spawn(F&&) const;

  /// As task::spawn(f, args…).
  template <class F, class... Args>
    requires runtime::detail::SpawnableCall<std::decay_t<F>, std::decay_t<Args>...>
  auto spawn(F&& f, Args&&... args) const {
    return spawn(runtime::detail::run_call<std::decay_t<F>, std::decay_t<Args>...>(std::forward<F>(f),
                                                                                   std::forward<Args>(args)...));
  }
  template <class F, class... Args>
    requires runtime::detail::AsyncFunction<std::decay_t<F>, std::decay_t<Args>...> &&
             (!runtime::detail::SpawnableCall<std::decay_t<F>, std::decay_t<Args>...>)
  typename runtime::detail::RefusedSpawn<std::decay_t<F>, std::decay_t<Args>...>::type spawn(F&&, Args&&...) const;

  /// As task::spawn_blocking(f, args…), but an error of the system is returned.
  template <class F, class... Args>
    requires runtime::detail::BlockingFunction<F, Args...> && marker::CallMayCross<F, Args...>
  io::Result<runtime::detail::BlockingHandle<F, Args...>> spawn_blocking(F&& f, Args&&... args) const {
    runtime::Shared& shared = runtime::detail::current_runtime("task::Builder::spawn_blocking");
    auto handle = runtime::detail::try_spawn_blocking(shared, at_, runtime::detail::TaskName{name_}, std::forward<F>(f),
                                                      std::forward<Args>(args)...);
    if (!handle) return io::fail(handle.error());
    return *std::move(handle);
  }
  template <class F, class... Args>
    requires runtime::detail::BlockingFunction<F, Args...> && (!marker::CallMayCross<F, Args...>)
  typename marker::RefusedCall<F, Args...>::type spawn_blocking(F&&, Args&&...) const;

 private:
  std::string name_;
  std::source_location at_;

  // A line of source is constant.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::task
