// SPDX-License-Identifier: MIT
// How a lock learns that a guard was left by an exception.
//
// A guard remembers how many exceptions were in flight when it was made. If there are more when it goes, it is going
// because of one of them, and the data may be half changed. A destructor that locks during unwinding starts from one
// and ends at one, so it doesn't poison; nor does a coroutine that is destroyed where it stands, since nothing is in
// flight then.
#pragma once

#include <heddle/base/atomic.hpp>

namespace heddle::inline v0::sync::detail {

// This thread's count of exceptions that no handler has caught yet, where the C++ runtime keeps it; null before the
// first use. std::uncaught_exceptions() finds it anew in each call, which would double the cost of an uncontended lock.
extern constinit thread_local const unsigned* in_flight_counter;

[[gnu::cold, gnu::noinline]] const unsigned* find_in_flight_counter() noexcept;

/// std::uncaught_exceptions(), inline.
inline unsigned exceptions_in_flight() noexcept {
  const unsigned* counter = in_flight_counter;
  if (counter == nullptr) [[unlikely]] counter = find_in_flight_counter();
  return *counter;
}

/// Relaxed throughout: the lock orders the flag with the data that it speaks of; asked without the lock, the answer is
/// a hint.
class PoisonFlag {
 public:
  [[nodiscard]] bool is_set() const noexcept { return set_.load(base::relaxed); }
  void set() noexcept { set_.store(true, base::relaxed); }
  void clear() noexcept { set_.store(false, base::relaxed); }

 private:
  // Atomic.
  base::atomic<bool> set_{false};
};

}  // namespace heddle::inline v0::sync::detail
