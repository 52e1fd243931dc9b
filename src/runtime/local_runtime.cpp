// SPDX-License-Identifier: MIT
// A LocalRuntime knows its thread.
#include <heddle/runtime/local_runtime.hpp>

#include "runtime/current.hpp"
#include "runtime/shared.hpp"

#include <utility>

namespace heddle::inline v0::runtime {

LocalRuntime::LocalRuntime(Runtime runtime) noexcept
    : runtime_(std::move(runtime)), owner_(detail::number_of_this_thread()) {}

LocalRuntime::~LocalRuntime() {
  if (runtime_.shared_ != nullptr) static_cast<void>(scheduler());
}

Scheduler& LocalRuntime::scheduler() const noexcept {
  HEDDLE_INVARIANT(detail::current().thread == owner_,
                   "a LocalRuntime was used on another thread than the one that made it");
  return *runtime_.shared_;
}

LocalRuntime::EnterGuard::EnterGuard(const LocalRuntime& runtime) noexcept
    : runtime_(*runtime.runtime_.shared_), local_(runtime.scheduler()) {}

}  // namespace heddle::inline v0::runtime
