// SPDX-License-Identifier: MIT
// The life of a started thread, as the system sees it.
#include <heddle/thread/detail/thread_cell.hpp>

#include <heddle/base/blocking.hpp>

#include "sys/thread.hpp"
#include "thread/current.hpp"
#include "thread/panic.hpp"
#include "thread/scope_state.hpp"

#include <stdexcept>

namespace heddle::inline v0::thread::detail {

std::error_code ThreadCell::start(std::size_t stack_size) {
  add_reference();
  const std::error_code error = sys::start_thread(native_, stack_size, &main, this);
  if (error) drop_reference();
  return error;
}

void* ThreadCell::main(void* argument) {
  auto& cell = *static_cast<ThreadCell*>(argument);
  set_this_header(cell);
  if (cell.name().has_value()) sys::name_this_thread(*cell.name());
  try {
    cell.call();
  } catch (...) {
    cell.panic_ = std::current_exception();
    if (cell.panic_ == nullptr) {
      // No exception of C++: pthread_exit and pthread_cancel unwind the stack, and abort if that is stopped here.
      cell.panic_ =
          std::make_exception_ptr(std::runtime_error("the thread was ended by pthread_exit or pthread_cancel"));
      cell.finish();
      throw;
    }
  }
  cell.finish();
  return nullptr;
}

void ThreadCell::finish() noexcept {
  if ((life_.fetch_or(kFinished, base::acq_rel) & kUnwanted) != 0) discard();
  if (scope != nullptr) scope->one_finished();
}

void ThreadCell::abandon() noexcept {
  if (scope == nullptr && reap()) sys::detach_thread(native_);
  if ((life_.fetch_or(kUnwanted, base::acq_rel) & kFinished) != 0) discard();
}

void ThreadCell::discard() noexcept {
  destroy_result();
  // A scope throws it.
  if (scope == nullptr && panic_ != nullptr) report_unseen_panic(*this, panic_);
}

void ThreadCell::join(const char* call) {
  if (!is_finished()) {
    base::refuse_in_async(call, "task::spawn_blocking, whose handle can be awaited");
    if (this_header_if_any() == this) {
      throw std::system_error(std::make_error_code(std::errc::resource_deadlock_would_occur), "a thread joins itself");
    }
  }
  if (!reap()) return;
  if (const std::error_code error = sys::join_thread(native_)) {
    life_.fetch_and(~std::uint32_t{kReaped}, base::acq_rel);
    throw std::system_error(error, call);
  }
}

}  // namespace heddle::inline v0::thread::detail
