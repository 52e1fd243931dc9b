// SPDX-License-Identifier: MIT
// The few words with which a step of input or output ends.
#pragma once

#include <heddle/future/context.hpp>
#include <heddle/future/poll.hpp>
#include <heddle/io/error.hpp>

#include <string_view>
#include <utility>

namespace heddle::inline v0::io::detail {

/// Passes the error of one step on as the answer of another.
template <class Output, class T>
Poll<Output> failed(Poll<Result<T>>& step) {
  return Poll<Output>(std::in_place, std::unexpect, std::move(*step).error());
}
template <class Output>
Poll<Output> failed(ErrorKind kind, std::string_view message) {
  return Poll<Output>(std::in_place, std::unexpect, Error(kind, message));
}

/// True if a step is to be passed on as it is: pending, or failed.
template <class T>
[[nodiscard]] bool stuck(Poll<Result<T>>& step) noexcept {
  return step.is_pending() || !step->has_value();
}
/// The answer then.
template <class Output, class T>
Poll<Output> pass_on(Poll<Result<T>>& step) {
  if (step.is_pending()) return Pending;
  return failed<Output>(step);
}

/// The first step of streams that never wait: false when the task's budget is spent, else it spends a unit.
[[nodiscard]] inline bool spend(Context& cx) noexcept {
  if (!cx.may_proceed()) return false;
  cx.made_progress();
  return true;
}

}  // namespace heddle::inline v0::io::detail
