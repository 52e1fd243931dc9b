// SPDX-License-Identifier: MIT
// Looking at all runtimes.
#include "runtime/standstill.hpp"

#include <heddle/channel/detail/trace.hpp>

#include "runtime/shared.hpp"
#include "sys/futex.hpp"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace heddle::inline v0::runtime::detail {

namespace {

struct Runtimes {
  std::mutex lock;
  // Guarded by lock.
  std::vector<Shared*> all;
};

// Never destroyed: a runtime may be a global object.
Runtimes& runtimes() {
  static Runtimes& only = *new Runtimes;
  return only;
}

/// How often anybody was polled in any runtime.
std::uint64_t count_polls() {
  const std::lock_guard guard(runtimes().lock);
  std::uint64_t polls = 0;
  for (const Shared* shared : runtimes().all) polls += shared->polls();
  return polls;
}

bool all_at_rest() {
  const std::lock_guard guard(runtimes().lock);
  return std::ranges::all_of(runtimes().all, [](Shared* shared) { return shared->is_at_rest(); });
}

void print(std::string_view report) { std::fprintf(stderr, "%.*s", static_cast<int>(report.size()), report.data()); }

}  // namespace

void enter_runtime(Shared& shared) {
  const std::lock_guard guard(runtimes().lock);
  runtimes().all.push_back(&shared);
}

void strike_out_runtime(Shared& shared) noexcept {
  const std::lock_guard guard(runtimes().lock);
  std::erase(runtimes().all, &shared);
}

void Standstill::look_closely() {
  const std::uint64_t now = sys::monotonic_ns();
  if (now - looked_at_ < period_) return;
  looked_at_ = now;
  const std::uint64_t polls = count_polls();
  const bool moved = std::exchange(polls_, polls) != polls;
  const bool was_at_rest = std::exchange(at_rest_, all_at_rest());
  if (moved || !was_at_rest || !at_rest_) return;
  const auto still = [polls] { return all_at_rest() && count_polls() == polls; };
  const std::string waiting = channel::detail::describe_waiting_channels(still);
  if (waiting.empty()) return;
  const std::string report =
      "heddle: deadlock: a thread waits in block_on, and nothing in the runtimes of this program can wake it.\n" +
      waiting +
      "A receiver waits until the last sender is dropped: drop the one that the channel came with when its clones are\n"
      "given out. (A thread outside of all runtimes may hold a sender, and send yet: then this is no deadlock.)\n";
  hook_ ? hook_(report) : print(report);
}

}  // namespace heddle::inline v0::runtime::detail
