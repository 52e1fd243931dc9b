// SPDX-License-Identifier: MIT
// Runs a future in paused time: hours pass in no time, and each run is like the last.
#pragma once

#include <heddle/runtime/runtime.hpp>
#include <heddle/time/instant.hpp>

#include <utility>

namespace heddle_test {

/// In a fresh current-thread runtime whose clock is paused.
template <heddle::Future F>
heddle::OutputOf<F> run_paused(F future) {
  auto runtime = heddle::runtime::Builder::current_thread().start_paused(true).build().value();
  return runtime.block_on(std::move(future));
}

}  // namespace heddle_test
