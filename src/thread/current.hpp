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

/// This thread's values of LocalKeys, made in the first call; null once the thread has destroyed them.
[[nodiscard]] LocalSlots* this_slots();

}  // namespace heddle::inline v0::thread::detail
