// SPDX-License-Identifier: MIT
// Exit statuses as text.
#include <heddle/process/exit_status.hpp>

namespace heddle::inline v0::process {

std::string ExitStatus::message() const {
  if (const auto number = signal()) {
    return "signal: " + std::to_string(*number) + (core_dumped() ? " (core dumped)" : "");
  }
  return "exit status: " + std::to_string(*code());
}

}  // namespace heddle::inline v0::process
