// SPDX-License-Identifier: MIT
// Leaving the worker's work to others, and coming back.
#include <heddle/runtime/block_in_place.hpp>

#include <heddle/base/blocking.hpp>

#include "runtime/current.hpp"

namespace heddle::inline v0::runtime::detail {

MayBlock::MayBlock() : was_in_async_(base::in_async()) {
  if (!was_in_async_) return;
  worker_ = current().worker;
  // Without a worker: a thread in block_on, which holds nobody up.
  if (worker_ != nullptr && !worker_->begin_blocking()) {
    throw BlockingInAsync(
        "task::block_in_place needs a worker of a multi-thread runtime: here nobody else could run the other tasks");
  }
  base::set_in_async(false);
}

MayBlock::~MayBlock() {
  if (!was_in_async_) return;
  base::set_in_async(true);
  if (worker_ != nullptr) worker_->end_blocking();
}

}  // namespace heddle::inline v0::runtime::detail
