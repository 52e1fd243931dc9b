// SPDX-License-Identifier: MIT
// How many threads make sense: the least of affinity and quota.
#include <heddle/thread/thread.hpp>

#include "sys/thread.hpp"
#include "thread/cgroup.hpp"

#include <algorithm>

namespace heddle::inline v0::thread {

std::size_t available_parallelism() {
  const std::size_t allowed = sys::allowed_processors();
  return std::min(allowed, detail::cgroup_processors(&sys::read_file).value_or(allowed));
}

}  // namespace heddle::inline v0::thread
