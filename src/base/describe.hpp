// SPDX-License-Identifier: MIT
// An exception in words, for the messages of panics.
#pragma once

#include <exception>
#include <string>

namespace heddle::inline v0::base {

/// What a std::exception says of itself; of others, that they are none.
[[nodiscard]] std::string describe(const std::exception_ptr& exception);

}  // namespace heddle::inline v0::base
