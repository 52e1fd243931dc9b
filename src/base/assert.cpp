// SPDX-License-Identifier: MIT
// The end of the road for a broken invariant.
#include <heddle/base/assert.hpp>

#include <cstdio>
#include <cstdlib>

namespace heddle::inline v0::base {

void fail(const char* message, const char* file, int line) noexcept {
  std::fprintf(stderr, "heddle: broken invariant: %s (%s:%d)\n", message, file, line);
  std::abort();
}

}  // namespace heddle::inline v0::base
