// SPDX-License-Identifier: MIT
// The end of a runtime, and timers from outside it.
#include "runtime/shared.hpp"

#include <heddle/runtime/spawn.hpp>

#include <utility>

namespace heddle::inline v0::runtime {

using namespace detail;

Shared::Shared(const Config& config, std::size_t shards, std::unique_ptr<Driver> driver)
    : Scheduler(shards),
      config_(config),
      driver_(std::move(driver)),
      timers_(shards),
      blocking_pool_(*this, config_) {
  use_hooks(config_.hooks());
}

void detail::launch(Shared& shared, TaskHeader& task) noexcept { shared.launch(task); }

void Shared::timer_armed(std::uint64_t deadline) noexcept {
  if (deadline < sleeps_until_.load(base::seq_cst)) driver_->interrupt();
}

void Shared::finish() noexcept {
  cancel_all();
  timers_.shut_down();
  driver_->shut_down();
  release_books();
}

}  // namespace heddle::inline v0::runtime
