// SPDX-License-Identifier: MIT
// TaskMeta: what is known of a task from outside: its id, its name, where it was spawned.
#pragma once

#include <heddle/marker/rules.hpp>
#include <heddle/runtime/join_error.hpp>

#include <source_location>
#include <string_view>

namespace heddle::inline v0::task {

/// Describes a task to a hook or a report.
///
/// Corresponds to Tokio's `runtime::TaskMeta`.
class TaskMeta {
 public:
  TaskMeta(Id id, std::string_view name, std::source_location spawned_at) noexcept
      : id_(id), name_(name), spawned_at_(spawned_at) {}

  [[nodiscard]] Id id() const noexcept { return id_; }
  /// What Builder::name said; empty if it has none. Lives as long as the task.
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  /// The line that spawned it. Of a `spawn(f, args…)` with arguments: one of heddle's own, whose function_name() names
  /// `f`'s type; a Builder knows the line of that too.
  [[nodiscard]] const std::source_location& spawned_at() const noexcept { return spawned_at_; }

 private:
  Id id_;
  std::string_view name_;
  std::source_location spawned_at_;

  // It views a name that dies with the task.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
};

}  // namespace heddle::inline v0::task
