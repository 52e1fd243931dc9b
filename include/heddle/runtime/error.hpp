// SPDX-License-Identifier: MIT
// What is thrown where a runtime is needed and there is none.
#pragma once

#include <stdexcept>

namespace heddle::inline v0::runtime {

/// Thrown by spawn, timers and sockets that are used outside a runtime. Tokio's "there is no reactor running".
class NoRuntime : public std::logic_error {
 public:
  explicit NoRuntime(const char* what_for);
};

/// Thrown by a timer whose runtime has shut down while it waited.
class RuntimeShutDown : public std::runtime_error {
 public:
  RuntimeShutDown();
};

}  // namespace heddle::inline v0::runtime
