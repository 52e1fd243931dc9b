// SPDX-License-Identifier: MIT
// sys/asymmetric_fence.hpp under the model checker: takes the place of src/sys/asymmetric_fence.cpp.
#include "sys/asymmetric_fence.hpp"

namespace heddle::inline v0::sys {

bool has_asymmetric_fence() noexcept { return true; }

}  // namespace heddle::inline v0::sys
