// SPDX-License-Identifier: MIT
// One select: try all, queue in all, sleep, leave all, finish the one that was chosen.
#include <heddle/channel/select.hpp>

#include <heddle/base/deadline.hpp>
#include <heddle/base/random.hpp>

#include <cstdint>

namespace heddle::inline v0::channel {

namespace {

// Where a select starts to look: at random, so that an arm that is always ready doesn't starve the others.
std::size_t random_start(std::size_t count) noexcept {
  static thread_local base::FastRandom random(base::deadline_after_ns(0));
  return random.below(static_cast<std::uint32_t>(count));
}

}  // namespace

class SelectRun {
 public:
  explicit SelectRun(std::span<SelectArm* const> arms) noexcept : arms_(arms), start_(random_start(arms.size())) {}

  std::optional<std::size_t> try_all() {
    for (std::size_t i = 0; i < arms_.size(); ++i) {
      if (arm(i).try_now()) return index(i);
    }
    return std::nullopt;
  }

  enum class End : std::uint8_t { kLookAgain, kTimeout, kDone };

  /// Waits in every channel at once; `chosen` is set by kDone.
  End wait(detail::ThreadWait& thread, detail::Deadline deadline, std::size_t& chosen) {
    detail::Selection selection;
    bool in_time = true;
    const std::size_t watched = watch(thread.waker(), selection);
    if (watched == arms_.size()) in_time = thread.until_claimed(selection, deadline);
    // From here on nobody can serve us who hasn't begun to.
    static_cast<void>(selection.try_claim(nobody_));
    const std::optional<std::size_t> served = leave(watched);
    if (!served) return in_time ? End::kLookAgain : End::kTimeout;
    chosen = index(*served);
    return arm(*served).finish(how_) ? End::kDone : End::kLookAgain;
  }

 private:
  [[nodiscard]] std::size_t index(std::size_t i) const noexcept { return (start_ + i) % arms_.size(); }
  [[nodiscard]] SelectArm& arm(std::size_t i) const noexcept { return *arms_[index(i)]; }

  /// How many arms wait now; fewer than all if the next one needn't.
  std::size_t watch(const Waker& waker, detail::Selection& selection) {
    for (std::size_t i = 0; i < arms_.size(); ++i) {
      arm(i).waiter_.selection = &selection;
      if (!arm(i).watch(waker)) return i;
    }
    return arms_.size();
  }

  /// Takes the first `watched` waiters out; which one was served.
  std::optional<std::size_t> leave(std::size_t watched) noexcept {
    std::optional<std::size_t> served;
    for (std::size_t i = 0; i < watched; ++i) {
      const detail::Wait how = arm(i).settle();
      if (how == detail::Wait::kIdle) continue;
      how_ = how;
      served = i;
    }
    return served;
  }

  std::span<SelectArm* const> arms_;
  std::size_t start_;
  detail::Waiter nobody_;
  detail::Wait how_ = detail::Wait::kIdle;
};

std::optional<std::size_t> try_select(std::span<SelectArm* const> arms) { return SelectRun(arms).try_all(); }

std::optional<std::size_t> detail::select_before(Deadline deadline, std::span<SelectArm* const> arms) {
  if (const auto done = try_select(arms)) return done;
  ThreadWait thread("channel::select", "heddle::select over recv_async and send_async");
  for (;;) {
    SelectRun run(arms);
    if (const auto done = run.try_all()) return done;
    std::size_t chosen = 0;
    switch (run.wait(thread, deadline, chosen)) {
      case SelectRun::End::kDone: return chosen;
      case SelectRun::End::kTimeout: return std::nullopt;
      case SelectRun::End::kLookAgain: break;
    }
  }
}

std::size_t select(std::span<SelectArm* const> arms) { return *detail::select_before(detail::kForever, arms); }

std::optional<std::size_t> select_until(std::chrono::steady_clock::time_point deadline,
                                        std::span<SelectArm* const> arms) {
  return detail::select_before(detail::deadline_at(deadline), arms);
}

}  // namespace heddle::inline v0::channel
