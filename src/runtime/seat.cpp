// SPDX-License-Identifier: MIT
// How a thread uses its core, gives it up and gets it back.
#include "runtime/seat.hpp"

#include "runtime/multi_thread.hpp"

#include <utility>

namespace heddle::inline v0::runtime::detail {

Seat::Seat(MultiThread& shared) noexcept : Worker(shared, 0), shared_(shared) {}

void Seat::take(MultiThreadWorker& its_core) noexcept {
  core.store(&its_core, base::relaxed);
  shard = its_core.index();
  lease.begin();
  current().worker = this;
}

bool Seat::goes_on() noexcept {
  // What was done before is seen by whoever takes the core after this use of it.
  const CoreLease::Use use(lease);
  return static_cast<bool>(use);
}

bool Seat::begin_blocking() noexcept {
  if (blocking_++ != 0) return true;
  if (lease.give_up()) shared_.crew_.vacate(*core.load(base::relaxed));
  if (const auto in_polls = shared_.crew_.go_away()) shared_.end(*in_polls);
  return true;
}

void Seat::end_blocking() noexcept {
  if (--blocking_ != 0) return;
  shared_.crew_.come_home();
  if (shared_.crew_.take_back(*core.load(base::relaxed))) {
    lease.go_on_with_core();
  } else {
    lease.go_on_without_core();
  }
}

}  // namespace heddle::inline v0::runtime::detail
