// SPDX-License-Identifier: MIT
// JoinSet: tasks that belong together: their results as they come, and none that outlives the set.
#pragma once

#include <heddle/base/unit.hpp>
#include <heddle/future/futures_unordered.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/runtime/detail/task_set.hpp>
#include <heddle/runtime/local_set.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/runtime/spawn_blocking.hpp>

#include <cstddef>
#include <exception>
#include <expected>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

namespace heddle::inline v0 {

namespace task {

/// What a task gave, and which it was. A value of void is Unit.
template <class T>
struct Identified {
  Id id;
  base::Stored<T> value;
  Identified(Id i, base::Stored<T> v) : id(i), value(std::move(v)) {}
  HEDDLE_FIELDS(id, value);
};

/// The future of JoinSet::join_next_with_id.
template <class Set>
class [[nodiscard]] JoinNextWithId {
 public:
  using Output = std::optional<typename Set::IdItem>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit JoinNextWithId(Set& set) noexcept : set_(&set) {}
  Poll<Output> poll(Context& cx) { return set_->poll_next_with_id(cx); }
  void cancel() noexcept {}

 private:
  Set* set_;
};

/// The future of shutdown.
template <class Set>
class [[nodiscard]] Shutdown {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit Shutdown(Set& set) noexcept : set_(&set) {}
  Poll<void> poll(Context& cx) {
    if (!std::exchange(begun_, true)) set_->abort_all();
    return set_->poll_discard(cx);
  }
  void cancel() noexcept {}

 private:
  Set* set_;
  bool begun_ = false;
};

/// The future of JoinSet::join_all.
template <class Set>
class [[nodiscard]] JoinAll {
 public:
  using Output = std::vector<base::Stored<typename Set::Value>>;
  static constexpr future::Loss kLoss = future::Loss::kLosesData;

  explicit JoinAll(Set set) : set_(std::in_place, std::move(set)) {}

  Poll<Output> poll(Context& cx) {
    if (!set_) throw PolledAfterCompletion();
    try {
      for (;;) {
        auto next = set_->poll_next(cx);
        if (next.is_pending()) return Pending;
        if (!next->has_value()) break;
        add(**std::move(next));
      }
    } catch (...) {
      cancel();
      throw;
    }
    cancel();
    return Poll<Output>(std::in_place, std::move(values_));
  }

  /// Aborts the tasks, as the destructor does.
  void cancel() noexcept { set_.reset(); }

 private:
  void add(typename Set::Item result) {
    if (!result.has_value() && result.error().is_panic()) {
      std::rethrow_exception(std::move(result).error().into_panic());
    }
    if constexpr (std::is_void_v<typename Set::Value>) {
      result.value();
      values_.emplace_back();
    } else {
      values_.push_back(std::move(result).value());
    }
  }

  std::optional<Set> set_;
  Output values_;

  HEDDLE_FIELDS(set_, values_);
};

/// Tasks that give a T, spawned here: `while (auto result = co_await set.join_next()) use(*result);`
///
/// Shape       A set of the user's own, beside which its tasks run. It is a Stream as well.
/// Returns     join_next(): what a task gave, or why it gave nothing, in the order in which they end. Nothing when the set is
///             empty: spawn more, and go on.
/// Errors      As task::spawn. An exception that leaves a task is the JoinError of its result.
/// Cancelling  join_next() is safe: what has ended stays in the set. Destroying the set aborts every task in it.
/// Threads     Used by one at a time. Its tasks may run on any.
/// Cost        A block of memory per task, recycled, beside the task's own. A task that ends wakes whoever awaits the set,
///             and costs the same however many tasks there are.
/// Example     examples/join_set.cpp
///
/// Corresponds to Tokio's `task::JoinSet`.
template <class T>
class JoinSet {
 public:
  using Value = T;
  using Item = std::expected<T, JoinError>;
  using IdItem = std::expected<Identified<T>, JoinError>;

  JoinSet() = default;
  JoinSet(JoinSet&&) = default;
  /// Aborts the tasks that are in it.
  JoinSet& operator=(JoinSet&&) noexcept = default;

  /// As task::spawn: a future, or an asynchronous function and its arguments.
  template <class X>
  auto spawn(X&& work, const std::source_location& at = std::source_location::current())
      -> runtime::detail::Added<decltype(task::spawn(std::forward<X>(work)))> {
    return insert(task::spawn(std::forward<X>(work), at));
  }
  template <class F, class First, class... Rest>
  auto spawn(F&& f, First&& first, Rest&&... rest)
      -> runtime::detail::Added<decltype(task::spawn(std::forward<F>(f), std::forward<First>(first),
                                                     std::forward<Rest>(rest)...))> {
    return insert(task::spawn(std::forward<F>(f), std::forward<First>(first), std::forward<Rest>(rest)...));
  }

  /// As `on.spawn(work…)`: onto a Handle, a Runtime, or with a Builder.
  template <class On, class... X>
  auto spawn_on(On&& on, X&&... work) -> runtime::detail::Added<decltype(on.spawn(std::forward<X>(work)...))> {
    return insert(on.spawn(std::forward<X>(work)...));
  }

  /// As task::spawn_blocking. A call that has begun can't be aborted: dropping the set detaches it.
  template <class F>
  auto spawn_blocking(F&& f, const std::source_location& at = std::source_location::current())
      -> runtime::detail::Added<decltype(task::spawn_blocking(std::forward<F>(f)))> {
    return insert(task::spawn_blocking(std::forward<F>(f), at));
  }
  template <class F, class First, class... Rest>
  auto spawn_blocking(F&& f, First&& first, Rest&&... rest)
      -> runtime::detail::Added<decltype(task::spawn_blocking(std::forward<F>(f), std::forward<First>(first),
                                                              std::forward<Rest>(rest)...))> {
    return insert(task::spawn_blocking(std::forward<F>(f), std::forward<First>(first), std::forward<Rest>(rest)...));
  }

  /// As task::spawn_local.
  template <class X>
  auto spawn_local(X&& work, const std::source_location& at = std::source_location::current())
      -> runtime::detail::Added<decltype(task::spawn_local(std::forward<X>(work)))> {
    return insert(task::spawn_local(std::forward<X>(work), at));
  }
  template <class F, class First, class... Rest>
  auto spawn_local(F&& f, First&& first, Rest&&... rest)
      -> runtime::detail::Added<decltype(task::spawn_local(std::forward<F>(f), std::forward<First>(first),
                                                           std::forward<Rest>(rest)...))> {
    return insert(task::spawn_local(std::forward<F>(f), std::forward<First>(first), std::forward<Rest>(rest)...));
  }

  /// Takes over a task that runs already, however it was spawned: `set.insert(local_set.spawn_local(work()))`.
  AbortHandle insert(JoinHandle<T> task) { return tasks_.add(std::move(task), base::Unit()).abort_handle(); }

  /// Waits for the next task that ends.
  future::NextOf<JoinSet> join_next() noexcept { return future::NextOf<JoinSet>(*this); }
  /// The same, and says which it was. A JoinError says so by itself.
  JoinNextWithId<JoinSet> join_next_with_id() noexcept { return JoinNextWithId<JoinSet>(*this); }

  /// A task that has ended, or nothing if none has.
  std::optional<Item> try_join_next() { return now(&JoinSet::poll_next); }
  std::optional<IdItem> try_join_next_with_id() { return now(&JoinSet::poll_next_with_id); }

  /// Waits for all tasks: their values, in the order in which they end.
  ///
  /// Errors      The first exception that leaves a task is thrown, and the other tasks are aborted. If a task was
  ///             cancelled, that is std::bad_expected_access<JoinError>.
  /// Cancelling  Aborts the tasks, and loses the values so far.
  JoinAll<JoinSet> join_all() && { return JoinAll<JoinSet>(std::move(*this)); }

  /// Aborts every task. Their results still come out of join_next().
  void abort_all() noexcept { tasks_.abort_all(); }
  /// Aborts every task, and waits until all have ended. Their results are dropped.
  /// Cancelling  Safe: the tasks stay aborted, and in the set.
  Shutdown<JoinSet> shutdown() noexcept { return Shutdown<JoinSet>(*this); }
  /// Takes every task out of the set, and lets it run.
  void detach_all() noexcept { tasks_.detach_all(); }

  /// How many tasks have not given their results.
  [[nodiscard]] std::size_t len() const noexcept { return tasks_.size(); }
  [[nodiscard]] bool is_empty() const noexcept { return len() == 0; }

  /// A step of join_next().
  Poll<std::optional<Item>> poll_next(Context& cx) {
    auto ended = tasks_.poll_next(cx);
    if (ended.is_pending()) return Pending;
    if (!ended->has_value()) return Poll<std::optional<Item>>(std::in_place);
    return Poll<std::optional<Item>>(std::in_place, std::in_place, std::move((*ended)->result));
  }
  /// A step of join_next_with_id().
  Poll<std::optional<IdItem>> poll_next_with_id(Context& cx) {
    auto ended = tasks_.poll_next(cx);
    if (ended.is_pending()) return Pending;
    if (!ended->has_value()) return Poll<std::optional<IdItem>>(std::in_place);
    return Poll<std::optional<IdItem>>(std::in_place, std::in_place, identified(**std::move(ended)));
  }
  /// A step of shutdown().
  Poll<void> poll_discard(Context& cx) {
    for (;;) {
      auto ended = tasks_.poll_next(cx);
      if (ended.is_pending()) return Pending;
      if (!ended->has_value()) return Ready();
      runtime::detail::discard((*ended)->result);
    }
  }

 private:
  using Tasks = runtime::detail::TaskSet<T, base::Unit>;

  static IdItem identified(typename Tasks::Ended ended) {
    if (!ended.result.has_value()) return std::unexpected(std::move(ended.result).error());
    if constexpr (std::is_void_v<T>) {
      return IdItem(std::in_place, ended.id, base::Unit());
    } else {
      return IdItem(std::in_place, ended.id, *std::move(ended.result));
    }
  }

  template <class R>
  std::optional<R> now(Poll<std::optional<R>> (JoinSet::*poll)(Context&)) {
    const Waker nobody;
    Context cx(nobody, Context::kUnlimited);
    auto answer = (this->*poll)(cx);
    if (answer.is_pending()) return std::nullopt;
    return std::move(*answer);
  }

  Tasks tasks_;
};

}  // namespace task

namespace marker {

// Handles of tasks, which count them with atomics; the results are taken by the one who owns the set.
template <class T>
struct unsafe_rules<task::JoinSet<T>> {
  using Send = If<IsSend<T>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};
template <class Set>
struct unsafe_rules<task::JoinNextWithId<Set>> {
  using Send = If<IsSend<Set>>;
};
template <class Set>
struct unsafe_rules<task::Shutdown<Set>> {
  using Send = If<IsSend<Set>>;
};

}  // namespace marker
}  // namespace heddle::inline v0
