// SPDX-License-Identifier: MIT
// The per-thread stack of held guards, and the words of GuardHeldAcrossAwait.
#include <heddle/base/held_guards.hpp>

namespace heddle::inline v0 {

GuardHeldAcrossAwait::GuardHeldAcrossAwait(const std::source_location& taken, const std::source_location& awaited)
    : std::logic_error("a guard taken at " + base::to_string(taken) + " is held across the co_await at " +
                       base::to_string(awaited) +
                       ": end its scope first, or use the locks of heddle::async, whose guards may be held") {}

namespace base {

constinit thread_local HeldGuards held_guards;

void HeldGuards::remove_slow(Index index) noexcept {
  if (index == kCapacity) return;
  entries_[index].lock = nullptr;
  while (height_ != 0 && entries_[height_ - 1].lock == nullptr) --height_;
}

const HeldGuards::Entry* HeldGuards::find(const void* lock) const noexcept {
  for (std::uint32_t i = height_; i != 0; --i) {
    if (entries_[i - 1].lock == lock) return &entries_[i - 1];
  }
  return nullptr;
}

void HeldGuards::refuse(const std::source_location& awaited) const {
  throw GuardHeldAcrossAwait(entries_[height_ - 1].taken, awaited);
}

std::string to_string(const std::source_location& place) {
  return std::string(place.file_name()) + ":" + std::to_string(place.line());
}

}  // namespace base
}  // namespace heddle::inline v0
