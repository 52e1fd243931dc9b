// SPDX-License-Identifier: MIT
// Parking and sleeping of the current thread.
#include <heddle/thread/park.hpp>

#include <heddle/base/blocking.hpp>

#include "sys/thread.hpp"
#include "thread/current.hpp"

namespace heddle::inline v0::thread {

namespace detail {

void park_until(const char* call, base::Deadline deadline) {
  Parker& parker = this_header().parker();
  if (parker.try_park()) return;
  base::refuse_in_async(call, "async::Notify");
  parker.park(deadline);
}

void sleep_until(const char* call, base::Deadline deadline) {
  base::refuse_in_async(call, "time::sleep");
  sys::sleep_until(deadline);
}

}  // namespace detail

void park() { detail::park_until("thread::park", base::kForever); }

}  // namespace heddle::inline v0::thread
