// SPDX-License-Identifier: MIT
// heddle::main: runs an asynchronous main function in a runtime of its own.
#pragma once

#include <heddle/runtime/runtime.hpp>

#include <concepts>
#include <cstdlib>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace runtime::detail {

/// Prints why the program ends to stderr.
void report_main_error(const io::Error& error) noexcept;
void report_main_panic(std::exception_ptr exception) noexcept;

/// The exit status of a panic, as in Rust.
inline constexpr int kPanicStatus = 101;

template <class R>
int exit_status(R&& result) {
  if constexpr (std::convertible_to<R, int>) {
    return static_cast<int>(result);
  } else {
    if (!result.has_value()) {
      if constexpr (std::same_as<std::remove_cvref_t<decltype(result.error())>, io::Error>) {
        report_main_error(result.error());
      }
      return EXIT_FAILURE;
    }
    if constexpr (std::convertible_to<decltype(*std::move(result)), int>) return static_cast<int>(*result);
    return EXIT_SUCCESS;
  }
}

}  // namespace runtime::detail

/// Runs `app(args…)`, a function that returns a Task, as the first task of a multi-thread runtime, and shuts that down.
///
/// Returns     The exit status for `int main()`: the int that the task gives, 0 for void; for an expected 0, or 1 and
///             its io::Error on stderr; 101 and the exception on stderr if one leaves the task.
/// Blocking    Until the task ends. Other tasks are then cancelled.
/// Example     examples/tokio_hello.cpp
///
/// Corresponds to `#[tokio::main]`.
template <class F, class... Args>
  requires std::invocable<F, Args...>
int main(F&& app, Args&&... args) {
  try {
    auto runtime = runtime::Runtime::make();
    if (!runtime) {
      runtime::detail::report_main_error(runtime.error());
      return EXIT_FAILURE;
    }
    auto result = runtime->block_on(runtime->spawn(std::invoke(std::forward<F>(app), std::forward<Args>(args)...)));
    if (!result) std::rethrow_exception(std::move(result).error().into_panic());
    if constexpr (std::is_void_v<typename decltype(result)::value_type>) {
      return EXIT_SUCCESS;
    } else {
      return runtime::detail::exit_status(*std::move(result));
    }
  } catch (...) {
    runtime::detail::report_main_panic(std::current_exception());
    return runtime::detail::kPanicStatus;
  }
}

}  // namespace heddle::inline v0
