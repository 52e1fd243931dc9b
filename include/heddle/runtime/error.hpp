// SPDX-License-Identifier: MIT
// What is thrown where a runtime is needed and there is none.
#pragma once

#include <heddle/marker/rules.hpp>

#include <stdexcept>
#include <string>

namespace heddle::inline v0::runtime {

/// Thrown by spawn, timers and sockets that are used outside a runtime. Tokio's "there is no reactor running".
class NoRuntime : public std::logic_error {
 public:
  explicit NoRuntime(const char* what_for);

 private:
  // It adds nothing to its base, whose text is shared and constant.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

/// Thrown by task::spawn_local outside of a LocalSet and of a LocalRuntime.
class NoLocalSet : public std::logic_error {
 public:
  NoLocalSet();

 private:
  // As NoRuntime.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

/// Thrown by a timer whose runtime has shut down while it waited, and by the block_on of a runtime that shut down
/// because a task panicked.
class RuntimeShutDown : public std::runtime_error {
 public:
  RuntimeShutDown();
  explicit RuntimeShutDown(const std::string& why);

 private:
  // As NoRuntime.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::runtime
