// SPDX-License-Identifier: MIT
// Once: one run of an initialisation, for which every thread waits.
//
//   state         meaning                            who leaves it
//   kIncomplete   not run yet                        whoever calls, to kRunning
//   kRunning      one thread runs it                 that thread, to kComplete or kPoisoned
//   kPoisoned     a run ended by an exception        call_once_force, to kRunning
//   kComplete     done                               nobody
//   + kQueued     with kRunning: somebody sleeps     the running thread, which wakes all
//
// Orderings: kComplete and kPoisoned are stored with release, and seen with acquire: what the run wrote is visible to
// everyone who finds it done.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/marker/rules.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <source_location>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {
namespace sync {

/// Thrown where an initialisation is needed that has failed before, by an exception. Rust's panic "instance has
/// previously been poisoned".
class OncePoisoned : public std::runtime_error {
 public:
  explicit OncePoisoned(const char* call);
};

/// What call_once_force tells its function.
///
/// Corresponds to `std::sync::OnceState`.
class OnceState {
 public:
  /// Did an earlier run end by an exception?
  [[nodiscard]] bool is_poisoned() const noexcept { return was_poisoned_; }

 private:
  friend class Once;
  template <class T>
  friend class OnceLock;

  explicit OnceState(bool was_poisoned) noexcept : was_poisoned_(was_poisoned) {}
  /// The run has failed without an exception: the next one may try.
  void give_up() noexcept { failed_ = true; }

  bool was_poisoned_;
  bool failed_ = false;
};

/// Runs a function once, however many threads ask; all of them wait until it is done.
///
/// Errors      A function that throws poisons the Once, and its exception is thrown here; later calls throw
///             OncePoisoned. A function that calls its own Once throws WouldDeadlock.
/// Blocking    While another thread runs the function. Allowed in tasks, for short functions; `async::OnceCell` for the
///             others.
/// Cost        4 bytes; one load once it is complete.
///
/// Corresponds to `std::sync::Once`.
class Once {
 public:
  constexpr Once() noexcept = default;
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;

  template <std::invocable F>
  void call_once(F&& function, std::source_location where = std::source_location::current()) const {
    if (is_completed()) [[likely]] return;
    auto run = [&function](OnceState&) { std::invoke(std::forward<F>(function)); };
    call(OnPoison::kThrow, run, where);
  }

  /// Runs the function even where an earlier run ended by an exception.
  template <std::invocable<const OnceState&> F>
  void call_once_force(F&& function, std::source_location where = std::source_location::current()) const {
    if (is_completed()) [[likely]] return;
    auto run = [&function](OnceState& state) { std::invoke(std::forward<F>(function), std::as_const(state)); };
    call(OnPoison::kRunAgain, run, where);
  }

  /// True once a run has ended well; what it wrote is then visible.
  [[nodiscard]] bool is_completed() const noexcept { return state_.load(base::acquire) == kComplete; }

  /// Blocks until another thread's run has ended well. Throws OncePoisoned if one ends by an exception, and
  /// BlockingInAsync on a thread that polls tasks.
  void wait() const;
  /// Blocks until a run has ended well, whatever failed before.
  void wait_force() const;

 private:
  template <class T>
  friend class OnceLock;

  enum class OnPoison : std::uint8_t { kThrow, kRunAgain };
  using Function = void (*)(void* function, OnceState& state);

  template <class F>
  void call(OnPoison on_poison, F& run, const std::source_location& where) const {
    call_contended(on_poison, [](void* f, OnceState& state) { (*static_cast<F*>(f))(state); }, &run, where);
  }
  [[gnu::cold, gnu::noinline]] void call_contended(OnPoison on_poison, Function function, void* context,
                                                   const std::source_location& where) const;
  void run(std::uint32_t from, Function function, void* context, const std::source_location& where) const;
  void finish(std::uint32_t state) const noexcept;
  std::uint32_t sleep(std::uint32_t state) const noexcept;
  void wait_for_end(OnPoison on_poison) const;

  enum State : std::uint32_t { kIncomplete, kRunning, kPoisoned, kComplete, kQueued };
  // Atomic; see the table.
  mutable base::atomic<std::uint32_t> state_{kIncomplete};
};

}  // namespace sync

using sync::Once;

}  // namespace heddle::inline v0

// Atomics, and what they guard; it has no non-const members.
template <>
struct heddle::marker::unsafe_rules<heddle::sync::Once> {
  using Send = Always;
  using Sync = Always;
  using SyncMut = Always;
  using Owned = Always;
};
