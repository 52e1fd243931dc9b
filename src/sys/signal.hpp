// SPDX-License-Identifier: MIT
// Counting signals: one handler for all, which adds one to a count and makes one event readable.
#pragma once

#include "sys/socket.hpp"

#include <cstdint>

namespace heddle::inline v0::sys {

extern const int kSigAlrm, kSigChld, kSigHup, kSigInt, kSigIo, kSigPipe, kSigQuit, kSigTerm, kSigUsr1, kSigUsr2,
    kSigWinch;

/// False for numbers that aren't signals, or that no handler can serve.
[[nodiscard]] bool may_be_caught(int number) noexcept;

/// Counts a signal that may be caught, from now on and for ever. Returns an errno, or 0.
[[nodiscard]] int count_signal(int number) noexcept;

/// How often it came since then; wraps around.
[[nodiscard]] std::uint32_t signals_counted(int number) noexcept;

/// A descriptor of the event that every counted signal makes readable anew, for edge-triggered watchers: it is never
/// read. After a count_signal.
[[nodiscard]] Outcome<Fd> signal_event() noexcept;

}  // namespace heddle::inline v0::sys
