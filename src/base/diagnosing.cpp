// SPDX-License-Identifier: MIT
// Reading the switch.
#include <heddle/base/diagnosing.hpp>

#include <cstdlib>
#include <string_view>

// Off under ThreadSanitizer and in the model build: what is remembered has a lock, which would order what these look
// at, and so hide what isn't ordered without it.
#if defined(NDEBUG) || defined(HEDDLE_MODEL) || defined(__SANITIZE_THREAD__)
#define HEDDLE_DEBUG_BUILD false
#elif defined(__has_feature)
#define HEDDLE_DEBUG_BUILD (!__has_feature(thread_sanitizer))
#else
#define HEDDLE_DEBUG_BUILD true
#endif

namespace heddle::inline v0::base {

std::atomic<bool> diagnosing_switch{diagnoses_at_start(std::getenv("HEDDLE_DIAGNOSE"), HEDDLE_DEBUG_BUILD)};

bool diagnoses_at_start(const char* setting, bool debug_build) noexcept {
  if (setting == nullptr || *setting == '\0') return debug_build;
  return std::string_view(setting) != "0";
}

void start_diagnosing() noexcept { diagnosing_switch.store(true, std::memory_order_relaxed); }

}  // namespace heddle::inline v0::base
