// SPDX-License-Identifier: MIT
// Sending this process a signal.
#pragma once

#include <csignal>

#include <unistd.h>

namespace heddle_test {

/// To the process: any of its threads may run the handler.
inline void send_signal(int number) { ::kill(::getpid(), number); }

}  // namespace heddle_test
