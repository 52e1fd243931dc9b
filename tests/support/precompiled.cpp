// SPDX-License-Identifier: MIT
// The unit that owns the precompiled header.
#include "support/precompiled.hpp"
