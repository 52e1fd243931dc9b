// SPDX-License-Identifier: MIT
// Runs code on a thread whose stack is too small for any recursion that grows with the input.
#pragma once

#include <functional>

namespace heddle::test {

/// Runs `f` on a thread with a stack of 256 KiB, and waits for it.
void on_small_stack(std::function<void()> f);

}  // namespace heddle::test
