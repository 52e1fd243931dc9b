// SPDX-License-Identifier: MIT
// JoinHandle<T>: the owner's end of a spawned task, and AbortHandle, which can only cancel it.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/runtime/detail/task_cell.hpp>

#include <expected>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace runtime::detail {

template <class T, class Tag>
class TaskSet;

/// The coroutines of `tree` are about to wait for `task`: runs it now if that is as good.
void run_ahead(TaskHeader& task, const future::detail::Tree& tree) noexcept;

}  // namespace runtime::detail

namespace task {

/// Cancels a task from anywhere; keeps no result alive.
///
/// Corresponds to Tokio's `task::AbortHandle`.
class AbortHandle {
 public:
  explicit AbortHandle(runtime::detail::TaskHeader& task) noexcept : task_(&task) { task.add_reference(); }
  AbortHandle(AbortHandle&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  AbortHandle& operator=(AbortHandle&& other) noexcept {
    AbortHandle old(std::exchange(task_, std::exchange(other.task_, nullptr)));
    return *this;
  }
  ~AbortHandle() {
    if (task_ != nullptr) task_->drop_reference();
  }

  [[nodiscard]] AbortHandle clone() const noexcept { return AbortHandle(*task_); }

  /// See JoinHandle::abort.
  void abort() const noexcept { task_->abort(); }
  [[nodiscard]] bool is_finished() const noexcept { return task_->is_complete(); }
  [[nodiscard]] Id id() const noexcept { return task_->id(); }

 private:
  explicit AbortHandle(runtime::detail::TaskHeader* adopted) noexcept : task_(adopted) {}

  runtime::detail::TaskHeader* task_;
};

/// Awaits the result of a spawned task.
///
/// Returns     When awaited: the task's value, or a JoinError when it was cancelled or an exception left it.
/// Errors      std::logic_error in the task that it belongs to: it would wait for its own end, for ever.
/// Cancelling  Safe: a handle that is awaited by its name may be awaited again. Destroying the handle detaches the
///             task, which goes on; an exception that leaves it then is reported, see runtime::set_panic_hook.
/// Threads     May move to any thread; used by one at a time.
/// Cost        Awaiting a finished task: one load and one atomic operation. A task that no thread has taken is run within the
///             poll that awaits it, on a multi-thread runtime, where its worker has it at hand.
///
/// Corresponds to Tokio's `task::JoinHandle`.
template <class T>
class JoinHandle {
  using Result = std::expected<T, JoinError>;

 public:
  using Output = Result;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  /// For spawn only: takes over one reference.
  explicit JoinHandle(runtime::detail::TaskHeader& task) noexcept : task_(&task) {}
  JoinHandle(JoinHandle&& other) noexcept
      : task_(std::exchange(other.task_, nullptr)), registered_(other.registered_), taken_(other.taken_) {}
  JoinHandle& operator=(JoinHandle&& other) noexcept {
    JoinHandle old(std::move(*this));
    task_ = std::exchange(other.task_, nullptr);
    registered_ = other.registered_;
    taken_ = other.taken_;
    return *this;
  }
  ~JoinHandle() { detach(); }

  Poll<Result> poll(Context& cx) {
    if (taken_) throw PolledAfterCompletion();
    if (!cx.may_proceed()) return Pending;
    if (!task_->is_complete() && !wait(cx.waker())) return Pending;
    cx.made_progress();
    runtime::detail::TaskOutput<T>& output = task_->template output<T>();
    Poll<Result> answer = result_of(output);
    taken_ = true;  // not before: if the move throws, the output still is there to be destroyed
    std::destroy_at(&output);
    return answer;
  }

  /// For `co_await` only, before it polls.
  void run_ahead(const future::detail::Tree& tree) noexcept {
    if (!taken_ && !task_->is_complete()) runtime::detail::run_ahead(*task_, tree);
  }

  /// Cancels the task: its future is destroyed, where it stands suspended, by the worker that would next poll it.
  /// A task that is about to end may still end; awaiting the handle tells which.
  void abort() const noexcept { task_->abort(); }
  [[nodiscard]] AbortHandle abort_handle() const noexcept { return AbortHandle(*task_); }

  /// True once awaiting the handle won't wait.
  [[nodiscard]] bool is_finished() const noexcept { return task_->is_complete(); }
  [[nodiscard]] Id id() const noexcept { return task_->id(); }

 private:
  template <class, class>
  friend class runtime::detail::TaskSet;

  Poll<Result> result_of(runtime::detail::TaskOutput<T>& output) const {
    if (!output.has_value()) {
      return Poll<Result>(std::in_place, std::unexpect, task_->join_error(std::move(output).error()));
    }
    if constexpr (std::is_void_v<T>) {
      return Poll<Result>(std::in_place);
    } else {
      return Poll<Result>(std::in_place, std::in_place, *std::move(output));
    }
  }

  /// Registers `waker`; true if the task is complete meanwhile.
  bool wait(const Waker& waker) {
    if (waker.identity() == task_) throw std::logic_error("a task awaits its own end");
    if (registered_ != nullptr) {
      // Not complete, as was just seen: `join_waker` still holds what was registered, so equal means the same.
      if (registered_ == waker.identity()) return false;
      if (!task_->unset_join_waker()) return true;
      registered_ = nullptr;
    }
    if (waker.identity() == nullptr) return false;  // wakes nobody
    task_->join_waker = waker.clone();
    if (!task_->set_join_waker()) return true;
    registered_ = waker.identity();
    return false;
  }

  void detach() noexcept {
    if (task_ == nullptr) return;
    if (!taken_) {
      if (!task_->drop_join_interest()) {
        task_->vtable().drop_output(*task_);
      } else if (registered_ != nullptr) {
        task_->join_waker = Waker();
      }
    }
    task_->drop_join_reference();
    task_ = nullptr;
  }

  runtime::detail::TaskHeader* task_;
  // The waker in task_->join_waker, to compare with; null if none was ever published.
  const void* registered_ = nullptr;
  bool taken_ = false;
};

}  // namespace task

namespace marker {

// Both count their task with atomics; the result is taken out by the one thread that owns the handle.
template <>
struct unsafe_rules<task::AbortHandle> {
  using Send = Always;
  using Sync = Always;
  using Owned = Always;
};
template <class T>
struct unsafe_rules<task::JoinHandle<T>> {
  using Send = If<IsSend<T>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};

}  // namespace marker
}  // namespace heddle::inline v0
