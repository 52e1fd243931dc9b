// SPDX-License-Identifier: MIT
// The words of WouldDeadlock.
#include <heddle/sync/poison.hpp>

#include <heddle/base/held_guards.hpp>

#include <string>

namespace heddle::inline v0::sync {

WouldDeadlock::WouldDeadlock(const char* call, const std::source_location& taken, const std::source_location& again)
    : std::logic_error(std::string(call) + " at " + base::to_string(again) +
                       " would wait for ever: this thread holds the lock since " + base::to_string(taken)) {}

}  // namespace heddle::inline v0::sync
