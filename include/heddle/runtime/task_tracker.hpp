// SPDX-License-Identifier: MIT
// TaskTracker: counts tasks, and tells when all have ended: what a graceful shutdown waits for.
//
// The count is one word:
//
//   kClosed   the tracker is closed
//   kOne      each token, so each tracked future, counts so much
//
// It is "done" when the word is kClosed and no more. Whoever brings it there, by giving back the last token or by closing,
// wakes all who wait: also those who look only after it was reopened, or has a task again.
//
// Orderings: giving a token back is acq_rel, so that whoever finds the tracker done sees what all its tasks did; taking
// one is relaxed, since it tells nothing; the wakes go through Notify's lock.
#pragma once

#include <heddle/async/notify.hpp>
#include <heddle/base/atomic.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/runtime/local_set.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/runtime/spawn_blocking.hpp>
#include <heddle/sync/arc.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace task {

class TaskTracker;

namespace detail {

/// The part that a tracker, its clones and its tokens share.
class TrackedCount {
 public:
  TrackedCount() noexcept {}

  void add() const noexcept { word_.fetch_add(kOne, base::relaxed); }
  void remove() const noexcept;
  bool close() const noexcept;
  bool reopen() const noexcept;
  [[nodiscard]] bool is_closed() const noexcept { return (word_.load(base::acquire) & kClosed) != 0; }
  [[nodiscard]] std::size_t count() const noexcept { return word_.load(base::acquire) / kOne; }
  [[nodiscard]] bool is_done() const noexcept { return word_.load(base::acquire) == kClosed; }
  [[nodiscard]] const async::Notify& done() const noexcept { return done_; }

 private:
  static constexpr std::size_t kClosed = 1, kOne = 2;

  mutable base::atomic<std::size_t> word_{0};
  async::Notify done_;

  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace detail

/// Counts as a task of its tracker while it lives.
///
/// Corresponds to tokio-util's `TaskTrackerToken`.
class [[nodiscard("the tracker counts it only while it lives")]] TaskTrackerToken {
 public:
  TaskTrackerToken(TaskTrackerToken&& other) noexcept : count_(std::exchange(other.count_, std::nullopt)) {}
  TaskTrackerToken& operator=(TaskTrackerToken&& other) noexcept {
    std::swap(count_, other.count_);
    return *this;
  }
  ~TaskTrackerToken();

  /// Another one, which counts by itself.
  [[nodiscard]] TaskTrackerToken clone() const noexcept { return TaskTrackerToken(count_->clone()); }
  /// The tracker that it counts for.
  [[nodiscard]] TaskTracker task_tracker() const noexcept;

 private:
  friend class TaskTracker;
  explicit TaskTrackerToken(Arc<detail::TrackedCount> count) noexcept : count_(std::move(count)) { (*count_)->add(); }

  std::optional<Arc<detail::TrackedCount>> count_;  // nothing once moved from

  HEDDLE_FIELDS(count_);
};

/// The future of TaskTracker::track_future.
template <Future F>
class [[nodiscard]] TrackedFuture {
 public:
  using Output = OutputOf<F>;
  static constexpr future::Loss kLoss = future::kLossOf<F>;

  TrackedFuture(F future, TaskTrackerToken token) : token_(std::move(token)), future_(std::move(future)) {}

  Poll<Output> poll(Context& cx) { return future_.poll(cx); }

  /// For the report of a stuck task.
  [[nodiscard]] const auto& tree() const noexcept
    requires future::detail::IsCoroutine<F>
  {
    return future_.tree();
  }

 private:
  // Goes after the future: when the tracker is done, the future is gone.
  TaskTrackerToken token_;
  F future_;

  HEDDLE_FIELDS(token_, future_);
};

/// The future of TaskTracker::wait. Doesn't move. Once ready it stays so.
class [[nodiscard]] TaskTrackerWait {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit TaskTrackerWait(const detail::TrackedCount& count) noexcept;
  TaskTrackerWait(const TaskTrackerWait&) = delete;
  TaskTrackerWait& operator=(const TaskTrackerWait&) = delete;

  Poll<void> poll(Context& cx) noexcept;
  /// Drops it where it stands.
  void cancel() noexcept { notified_.cancel(); }

 private:
  const detail::TrackedCount& count_;
  async::Notified notified_;
  bool done_;
};

/// Counts the tasks that are spawned with it, and lets wait until it is closed and they have ended.
///
/// Shape       `clone()` gives another handle of the same tracker. Dropping it leaves the tasks alone. Spawning after
///             close() is allowed, and counts.
/// Returns     Each spawn gives the JoinHandle that task::spawn gives: results are the handles' business, and nothing of a
///             task is kept once it has ended. (A JoinSet keeps each result until it is taken.)
/// Errors      As task::spawn.
/// Threads     Any. Everything is const.
/// Cost        One block of memory. A task counts with one atomic operation when it begins and one when it ends.
/// Example     examples/graceful_shutdown.cpp
///
/// Corresponds to tokio-util's `task::TaskTracker`.
class TaskTracker {
 public:
  TaskTracker() : count_(Arc<detail::TrackedCount>::make()) {}

  /// Another handle of the same tracker. Equal to this one.
  [[nodiscard]] TaskTracker clone() const noexcept { return TaskTracker(count_.clone()); }

  /// Waits until the tracker is closed and no task is left; ready also if that was so for a moment since the call. The
  /// tracker must outlive the future.
  /// Cancelling  Safe: nothing is lost.
  [[nodiscard]] TaskTrackerWait wait() const noexcept { return TaskTrackerWait(*count_); }

  /// Lets wait() end. True if the tracker was open.
  bool close() const noexcept { return count_->close(); }
  /// Takes that back. True if the tracker was closed.
  bool reopen() const noexcept { return count_->reopen(); }
  [[nodiscard]] bool is_closed() const noexcept { return count_->is_closed(); }

  /// How many tokens, and so how many tracked futures, there are.
  [[nodiscard]] std::size_t len() const noexcept { return count_->count(); }
  [[nodiscard]] bool is_empty() const noexcept { return len() == 0; }

  /// Counts as a task while it lives: for what is no task.
  [[nodiscard]] TaskTrackerToken token() const noexcept { return TaskTrackerToken(count_.clone()); }

  /// `future`, which counts as a task until it is destroyed.
  template <Future F>
  [[nodiscard]] TrackedFuture<F> track_future(F future) const {
    return TrackedFuture<F>(std::move(future), token());
  }

  /// As task::spawn: a future, or an asynchronous function and its arguments.
  template <class X>
  auto spawn(X&& work, const std::source_location& at = std::source_location::current()) const
      -> decltype(task::spawn(std::forward<X>(work))) {
    if constexpr (Future<std::remove_cvref_t<X>>) {
      return task::spawn(track_future(std::move(work)), at);
    } else {
      return task::spawn(runtime::detail::run_call(Tracked(), token(), std::decay_t<X>(std::forward<X>(work))), at);
    }
  }
  template <class F, class First, class... Rest>
  auto spawn(F&& f, First&& first, Rest&&... rest) const
      -> decltype(task::spawn(std::forward<F>(f), std::forward<First>(first), std::forward<Rest>(rest)...)) {
    return task::spawn(Tracked(), token(), std::forward<F>(f), std::forward<First>(first), std::forward<Rest>(rest)...);
  }

  /// As `on.spawn(future)`: onto a Handle, a Runtime, or with a Builder.
  template <class On, class F>
  auto spawn_on(On&& on, F&& future) const -> decltype(on.spawn(std::forward<F>(future))) {
    return on.spawn(track_future(std::move(future)));
  }

  /// As task::spawn_blocking.
  template <class F, class... Args>
  auto spawn_blocking(F&& f, Args&&... args) const
      -> decltype(task::spawn_blocking(std::forward<F>(f), std::forward<Args>(args)...)) {
    return task::spawn_blocking(TrackedCall(), token(), std::forward<F>(f), std::forward<Args>(args)...);
  }

  /// As task::spawn_local.
  template <class X, class... Args>
  auto spawn_local(X&& work, Args&&... args) const
      -> decltype(task::spawn_local(std::forward<X>(work), std::forward<Args>(args)...)) {
    if constexpr (Future<std::remove_cvref_t<X>>) {
      return task::spawn_local(track_future(std::move(work)));
    } else {
      return task::spawn_local(Tracked(), token(), std::forward<X>(work), std::forward<Args>(args)...);
    }
  }

  friend bool operator==(const TaskTracker& a, const TaskTracker& b) noexcept { return &*a.count_ == &*b.count_; }

 private:
  friend class TaskTrackerToken;
  explicit TaskTracker(Arc<detail::TrackedCount> count) noexcept : count_(std::move(count)) {}

  /// Calls an asynchronous function in the frame of a task, which keeps the token.
  struct Tracked {
    template <class F, class... Args>
    auto operator()(TaskTrackerToken&, F& f, Args&... args) const ->
        typename runtime::detail::Call<F, Args...>::Awaited {
      return runtime::detail::Call<F, Args...>::call(f, args...);
    }
  };
  /// Calls a blocking one.
  struct TrackedCall {
    template <class F, class... Args>
    decltype(auto) operator()(TaskTrackerToken, F f, Args... args) const {
      return std::invoke(std::move(f), std::move(args)...);
    }
  };

  Arc<detail::TrackedCount> count_;

  HEDDLE_FIELDS(count_);
};

inline TaskTracker TaskTrackerToken::task_tracker() const noexcept { return TaskTracker(count_->clone()); }

}  // namespace task

namespace marker {

// Counts with atomics, and a Notify.
template <>
struct unsafe_rules<task::TaskTrackerWait> {
  using Send = Always;
  using Sync = Always;
};

}  // namespace marker
}  // namespace heddle::inline v0
