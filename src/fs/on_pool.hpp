// SPDX-License-Identifier: MIT
// One hop to the threads for blocking calls, which is what every operation on files is.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/io/error.hpp>
#include <heddle/runtime/spawn_blocking.hpp>

#include "sys/socket.hpp"

#include <exception>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::fs::detail {

/// A system call's outcome as the user sees it, made into a T.
template <class T, class From>
io::Result<T> to_result(sys::Outcome<From> outcome) {
  if (!outcome) return io::fail(outcome.error());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return T(*std::move(outcome));
  }
}

/// Why a call gave nothing: an exception, which goes on to who awaits it, or the end of the runtime.
[[nodiscard]] inline std::unexpected<io::Error> why_not(task::JoinError error) {
  if (error.is_panic()) std::rethrow_exception(std::move(error).into_panic());
  return io::fail(io::ErrorKind::kOther, "an operation on files was given up: the runtime shuts down");
}

/// Makes `f(args…)`, which gives an io::Result, on a thread for blocking calls.
template <class F, class... Args>
Async<std::invoke_result_t<F, Args...>> on_pool(F f, Args... args) {
  auto call = task::spawn_blocking(f, std::move(args)...);
  auto answer = co_await call;
  if (!answer) co_return why_not(std::move(answer).error());
  co_return *std::move(answer);
}

}  // namespace heddle::inline v0::fs::detail
