// SPDX-License-Identifier: MIT
// What another thread does just now: a signal makes it write down its own stack.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace heddle::inline v0::sys {

/// Names a thread of this process: a pid_t.
using ThreadId = int;

[[nodiscard]] ThreadId this_thread_id() noexcept;

struct Snapshot {
  // Return addresses, innermost first, from the one that was interrupted on.
  std::array<const void*, 64> stack{};
  std::size_t depth = 0;
  // What the caller's own function has written.
  std::array<const void*, 32> notes{};
  std::size_t noted = 0;
};

/// Called on the interrupted thread, between any two of its instructions: it may only read memory. Returns how many it
/// has written.
using TakeNotes = std::size_t (*)(const void* subject, std::span<const void*> into) noexcept;

/// Makes ready to interrupt threads by `signal`. False if the program uses that itself.
[[nodiscard]] bool prepare_snapshots(int signal) noexcept;

/// Interrupts `thread`, which has to live. False if it doesn't answer: it may block the signal.
[[nodiscard]] bool take_snapshot(int signal, ThreadId thread, TakeNotes take_notes, const void* subject,
                                 Snapshot& into) noexcept;

}  // namespace heddle::inline v0::sys
