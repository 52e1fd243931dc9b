// SPDX-License-Identifier: MIT
// Running the function of a Once, and waiting for whoever runs it.
#include <heddle/sync/once.hpp>

#include <heddle/base/blocking.hpp>
#include <heddle/base/held_guards.hpp>
#include <heddle/sync/poison.hpp>

#include "sys/futex.hpp"

#include <string>

namespace heddle::inline v0::sync {

OncePoisoned::OncePoisoned(const char* call)
    : std::runtime_error(std::string(call) + ": an earlier initialisation ended by an exception") {}

void Once::finish(std::uint32_t state) const noexcept {
  // Release: pairs with the acquire of everyone who finds it done.
  if ((state_.exchange(state, base::acq_rel) & kQueued) != 0) sys::futex_wake_all(state_);
}

void Once::run(std::uint32_t from, Function function, void* context, const std::source_location& where) const {
  // Remembered as a guard is, so that a function that asks for its own Once is told so.
  const auto index = base::held_guards.add(this, where);
  OnceState state(from == kPoisoned);
  try {
    function(context, state);
  } catch (...) {
    base::held_guards.remove(index);
    finish(kPoisoned);
    throw;
  }
  base::held_guards.remove(index);
  finish(state.failed_ ? kPoisoned : kComplete);
}

// Sleeps while `state`, which is kRunning, stays; returns the state then.
std::uint32_t Once::sleep(std::uint32_t state) const noexcept {
  if ((state & kQueued) == 0 &&
      !state_.compare_exchange_weak(state, state | kQueued, base::acquire, base::acquire)) {
    return state;
  }
  sys::futex_wait(state_, kRunning | kQueued);
  return state_.load(base::acquire);
}

void Once::call_contended(OnPoison on_poison, Function function, void* context, const std::source_location& where) const {
  std::uint32_t state = state_.load(base::acquire);
  for (;;) {
    switch (state & ~std::uint32_t{kQueued}) {
      case kComplete: return;
      case kPoisoned:
        if (on_poison == OnPoison::kThrow) throw OncePoisoned("Once::call_once");
        [[fallthrough]];
      case kIncomplete: {
        const std::uint32_t from = state;
        // kQueued may be set by wait(), and stays.
        const std::uint32_t running = (state & kQueued) | kRunning;
        if (state_.compare_exchange_weak(state, running, base::acquire, base::acquire)) {
          return run(from & ~std::uint32_t{kQueued}, function, context, where);
        }
        break;
      }
      default:
        if (const auto* held = base::held_guards.find(this)) {
          throw WouldDeadlock("Once::call_once", held->taken, where);
        }
        state = sleep(state);
    }
  }
}

void Once::wait_for_end(OnPoison on_poison) const {
  base::refuse_in_async("Once::wait", "async::OnceCell");
  std::uint32_t state = state_.load(base::acquire);
  for (;;) {
    const std::uint32_t step = state & ~std::uint32_t{kQueued};
    if (step == kComplete) return;
    if (step == kPoisoned && on_poison == OnPoison::kThrow) throw OncePoisoned("Once::wait");
    // Not begun yet is as good as running: whoever begins it keeps kQueued.
    const std::uint32_t queued = step | kQueued;
    if (state != queued && !state_.compare_exchange_weak(state, queued, base::acquire, base::acquire)) continue;
    sys::futex_wait(state_, queued);
    state = state_.load(base::acquire);
  }
}

void Once::wait() const { wait_for_end(OnPoison::kThrow); }
void Once::wait_force() const { wait_for_end(OnPoison::kRunAgain); }

}  // namespace heddle::inline v0::sync
