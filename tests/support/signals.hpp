// SPDX-License-Identifier: MIT
// Sending this process a signal.
#pragma once

#include <csignal>

namespace heddle_test {

/// To this thread: the handler has run when it returns. One for the process would go to the main thread, which sleeps in
/// a futex(2) of ours where other threads run the tasks; ThreadSanitizer keeps it there until a function of libc is called.
inline void send_signal(int number) { ::raise(number); }

}  // namespace heddle_test
