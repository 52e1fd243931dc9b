// SPDX-License-Identifier: MIT
// A spawned task in memory: a header that schedulers know, and behind it the future, later its output.
#pragma once

#include <heddle/base/block_cache.hpp>
#include <heddle/base/intrusive_list.hpp>
#include <heddle/future/detail/coroutine.hpp>
#include <heddle/future/future.hpp>
#include <heddle/runtime/detail/task_state.hpp>
#include <heddle/runtime/join_error.hpp>
#include <heddle/runtime/task_meta.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <expected>
#include <memory>
#include <new>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::runtime::detail {

class TaskShard;
class TaskHeader;
struct OwnedTag {};

/// What a task leaves in its stage: its value, or the exception that left it, or null if it was cancelled.
template <class T>
using TaskOutput = std::expected<T, std::exception_ptr>;

/// What the type of a task's future decides; one static table per type.
struct TaskVTable : future::WakeTarget::VTable {
  /// Polls the future; true when it gave its output, which then stands in the stage.
  bool (*poll)(TaskHeader&, Context&) noexcept;
  /// Destroys the future; the output says "cancelled".
  void (*cancel)(TaskHeader&) noexcept;
  void (*drop_output)(TaskHeader&) noexcept;
  /// What Builder::name said, or nothing.
  std::string_view (*name)(const TaskHeader&) noexcept;
  /// The coroutines of a task that is in a poll, whose context isn't complete; null if its future has none.
  const future::detail::Tree* (*tree)(const TaskHeader&) noexcept;
  /// From the header to the output.
  std::size_t stage_offset;
};

/// The part of a task that is the same for all. See task_state.hpp for who may touch what.
class TaskHeader : public TaskState, public base::ListNode<OwnedTag> {
 public:
  [[nodiscard]] const TaskVTable& vtable() const noexcept { return static_cast<const TaskVTable&>(*vtable_); }

  /// The output, in its stage. Rule 1.
  template <class T>
  [[nodiscard]] TaskOutput<T>& output() noexcept {
    // SAFETY: only called by the JoinHandle<T> that spawn made with the cell, when the stage holds the output.
    auto* stage = reinterpret_cast<std::byte*>(this) + vtable().stage_offset;
    return *std::launder(reinterpret_cast<TaskOutput<T>*>(stage));
  }

  [[nodiscard]] task::Id id() const noexcept { return task::Id(id_); }

  /// Its id, its name and where it was spawned. Needs a reference, not the task's kRunning.
  [[nodiscard]] task::TaskMeta meta() const noexcept { return {id(), vtable().name(*this), spawned_at_}; }

  /// Why an output with this `cause` is no value.
  [[nodiscard]] task::JoinError join_error(std::exception_ptr cause) const noexcept {
    return cause == nullptr ? task::JoinError::cancelled(id()) : task::JoinError::panic(id(), std::move(cause));
  }

  /// Aborts: the worker that next polls the task destroys its future instead.
  void abort() noexcept;

  // Rule 2.
  TaskHeader* queue_next = nullptr;
  // Rule 3.
  Waker join_waker;

  // Constant after launch().
  TaskShard* shard = nullptr;

 protected:
  TaskHeader(const TaskVTable& vtable, const std::source_location& spawned_at) noexcept
      : TaskState(vtable), spawned_at_(spawned_at) {}
  ~TaskHeader() = default;

  /// Takes the task out of its runtime's books: the first step of destroying it.
  void retire() noexcept;

  static void wake_by_value(future::WakeTarget& target) noexcept;
  static void wake_by_reference(future::WakeTarget& target) noexcept;

 private:
  friend class TaskShard;
  // Constant after launch().
  std::uint64_t id_ = 0;
  std::source_location spawned_at_;
};

/// An exception has left `task`: what its runtime says to that.
void task_panicked(const TaskHeader& task, const std::exception_ptr& panic) noexcept;

/// The name of a task that has none: no bytes.
struct NoName {
  [[nodiscard]] static std::string_view text() noexcept { return {}; }
};
struct TaskName {
  [[nodiscard]] std::string_view text() const noexcept { return string; }
  std::string string;
};

/// A task whose future is an F.
template <Future F, class Name = NoName>
class TaskCell final : public TaskHeader, public base::Recycled<TaskCell<F, Name>> {
  using T = typename F::Output;
  using Result = TaskOutput<T>;

 public:
  template <class... Args>
  TaskCell(Name name, const std::source_location& spawned_at, Args&&... args)
      : TaskHeader(kVTable, spawned_at), name_(std::move(name)) {
    // SAFETY: only compares addresses.
    HEDDLE_ASSERT(reinterpret_cast<std::byte*>(this) + stage_offset() == stage_, "the stage isn't where it should be");
    ::new (static_cast<void*>(stage_)) F(std::forward<Args>(args)...);
  }

 private:
  static TaskCell& cell(future::WakeTarget& target) noexcept { return static_cast<TaskCell&>(target); }

  // SAFETY: the stage holds an F until poll() answered true or cancel() ran, then a Result until drop_output().
  F& future() noexcept { return *std::launder(reinterpret_cast<F*>(stage_)); }

  template <class... Args>
  void keep(Args&&... args) {
    ::new (static_cast<void*>(stage_)) Result(std::forward<Args>(args)...);
  }

  static bool poll(TaskHeader& header, Context& cx) noexcept {
    TaskCell& self = cell(header);
    bool future_lives = true;
    try {
      Poll<T> answer = self.future().poll(cx);
      if (answer.is_pending()) return false;
      cx.complete();
      future_lives = false;
      std::destroy_at(&self.future());
      if constexpr (std::is_void_v<T>) {
        self.keep();
      } else {
        self.keep(std::in_place, std::move(*answer));
      }
    } catch (...) {
      auto exception = std::current_exception();
      cx.complete();
      if (future_lives) std::destroy_at(&self.future());
      task_panicked(header, exception);
      self.keep(std::unexpect, std::move(exception));
    }
    return true;
  }

  static void cancel(TaskHeader& header) noexcept {
    TaskCell& self = cell(header);
    std::destroy_at(&self.future());
    self.keep(std::unexpect, nullptr);
  }

  static void drop_output(TaskHeader& header) noexcept;

  static std::string_view name(const TaskHeader& header) noexcept {
    return static_cast<const TaskCell&>(header).name_.text();
  }

  // SAFETY: called before Context::complete(), so the stage holds an F.
  static const future::detail::Tree* tree([[maybe_unused]] const TaskHeader& header) noexcept {
    if constexpr (requires(const F& future) { future.tree(); }) {
      return &std::launder(reinterpret_cast<const F*>(static_cast<const TaskCell&>(header).stage_))->tree();
    } else {
      return nullptr;
    }
  }

  static void destroy(future::WakeTarget& target) noexcept {
    TaskCell& self = cell(target);
    self.retire();
    delete &self;
  }

  static constexpr std::size_t stage_offset() noexcept;
  static const TaskVTable kVTable;

  alignas(std::max(alignof(F), alignof(Result))) std::byte stage_[std::max(sizeof(F), sizeof(Result))];
  // Constant after construction.
  [[no_unique_address]] Name name_;
};

/// Called with the exception of a task that nobody will see. Never returns it to anyone.
void report_unseen_panic(const task::JoinError& error) noexcept;

template <Future F, class Name>
void TaskCell<F, Name>::drop_output(TaskHeader& header) noexcept {
  auto& result = header.output<T>();
  if (!result.has_value() && result.error() != nullptr) report_unseen_panic(header.join_error(result.error()));
  std::destroy_at(&result);
}

template <Future F, class Name>
constexpr std::size_t TaskCell<F, Name>::stage_offset() noexcept {
  // The stage is the first member: it follows the header, at its own alignment.
  constexpr std::size_t alignment = std::max(alignof(F), alignof(Result));
  return (sizeof(TaskHeader) + alignment - 1) / alignment * alignment;
}

template <Future F, class Name>
constexpr TaskVTable TaskCell<F, Name>::kVTable{
    {&TaskHeader::wake_by_value, &TaskHeader::wake_by_reference, &TaskCell::destroy},
    &TaskCell::poll,
    &TaskCell::cancel,
    &TaskCell::drop_output,
    &TaskCell::name,
    &TaskCell::tree,
    TaskCell::stage_offset(),
};

}  // namespace heddle::inline v0::runtime::detail
