// SPDX-License-Identifier: MIT
// StallReport: which task keeps a worker's thread for itself, and what it does there.
#pragma once

#include <heddle/marker/rules.hpp>
#include <heddle/runtime/join_error.hpp>

#include <chrono>
#include <source_location>
#include <string>
#include <vector>

namespace heddle::inline v0::runtime {

/// One poll that has lasted too long, as it was when the report was made. See Builder::on_stall.
class StallReport {
 public:
  StallReport(task::Id id, std::string name, std::source_location spawned_at,
              std::chrono::nanoseconds held_for) noexcept;

  [[nodiscard]] task::Id id() const noexcept { return id_; }
  /// What task::Builder::name said; empty if it has none.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::source_location& spawned_at() const noexcept { return spawned_at_; }
  /// For how long at least.
  [[nodiscard]] std::chrono::nanoseconds held_for() const noexcept { return held_for_; }

  /// The coroutines of the task, from the one that runs to the outermost, each awaited by the next. Empty where that is
  /// not known: the task is no coroutine, or its thread didn't answer. What a combinator polls is in stack() alone.
  [[nodiscard]] const std::vector<std::string>& awaits() const noexcept { return awaits_; }

  /// The functions on the thread's stack within the task, innermost first; where a name isn't known, the file and offset
  /// that addr2line wants. Empty if the thread didn't answer.
  [[nodiscard]] const std::vector<std::string>& stack() const noexcept { return stack_; }

  /// All of it, in lines.
  [[nodiscard]] std::string to_string() const;

 private:
  friend class StallReporter;

  task::Id id_;
  std::string name_;
  std::source_location spawned_at_;
  std::chrono::nanoseconds held_for_;
  std::vector<std::string> awaits_;
  std::vector<std::string> stack_;

  // It views nothing of the task; a source_location points to constants.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::runtime
