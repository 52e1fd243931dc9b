// SPDX-License-Identifier: MIT
// What each thread keeps of itself: its header, and the values of its LocalKeys.
#pragma once

#include <heddle/thread/detail/thread_header.hpp>

namespace heddle::inline v0::thread::detail {

/// This thread's header, made in the first call if the thread was started by others. Lives as long as the thread.
[[nodiscard]] ThreadHeader& this_header();

/// This thread's header if it has one yet.
[[nodiscard]] ThreadHeader* this_header_if_any() noexcept;

/// A new thread's first step: `header` is its own; takes over one reference.
void set_this_header(ThreadHeader& header) noexcept;

class LocalSlots;

/// This thread's values of LocalKeys; null before the first use of make_slots, and after the thread's end.
extern constinit thread_local LocalSlots* this_slots;

/// Makes this thread's slots if there are none; false once the thread has destroyed them.
[[nodiscard]] bool make_slots();

}  // namespace heddle::inline v0::thread::detail
