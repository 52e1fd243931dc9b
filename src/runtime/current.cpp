// SPDX-License-Identifier: MIT
// The thread-local behind current().
#include "runtime/current.hpp"

namespace heddle::inline v0::runtime::detail {

Current& current() noexcept {
  constinit thread_local Current instance;
  return instance;
}

}  // namespace heddle::inline v0::runtime::detail
