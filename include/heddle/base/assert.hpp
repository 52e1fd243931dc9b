// SPDX-License-Identifier: MIT
// Two checks: HEDDLE_INVARIANT guards memory safety and stays on in release; HEDDLE_ASSERT is for debug builds.
#pragma once

namespace heddle::inline v0::base {

/// Prints `message` with its place to stderr and aborts. For broken invariants only: never for bad input.
[[noreturn, gnu::cold]] void fail(const char* message, const char* file, int line) noexcept;

}  // namespace heddle::inline v0::base

#define HEDDLE_INVARIANT(condition, message) \
  ((condition) ? static_cast<void>(0) : ::heddle::base::fail(message, __FILE__, __LINE__))

#if defined(NDEBUG)
#define HEDDLE_ASSERT(condition, message) static_cast<void>(0)
#else
#define HEDDLE_ASSERT(condition, message) HEDDLE_INVARIANT(condition, message)
#endif
