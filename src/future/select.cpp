// SPDX-License-Identifier: MIT
// The random order of select.
#include <heddle/base/random.hpp>
#include <heddle/future/select.hpp>

#include <chrono>
#include <cstdint>

namespace heddle::inline v0::future::detail {

namespace {

base::FastRandom& random_of_thread() noexcept {
  static thread_local base::FastRandom random(
      static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()));
  return random;
}

}  // namespace

// Not inlined: a coroutine may resume on another thread, and compilers keep the address of a thread-local.
[[gnu::noinline]] std::uint32_t random_below(std::uint32_t bound) noexcept { return random_of_thread().below(bound); }

void seed_random(std::uint64_t seed) noexcept { random_of_thread() = base::FastRandom(seed); }

}  // namespace heddle::inline v0::future::detail
