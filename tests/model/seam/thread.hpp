// SPDX-License-Identifier: MIT
// A system that refuses threads, for models.
#pragma once

namespace heddle_test {

/// The next `count` threads of this run are refused, for want of resources. A run starts with none.
void refuse_threads(unsigned count) noexcept;

}  // namespace heddle_test
