// SPDX-License-Identifier: MIT
// Exceptions that leave threads: in words, and where they go when nobody takes them.
#pragma once

#include <heddle/thread/detail/thread_header.hpp>

#include <exception>

namespace heddle::inline v0::thread::detail {

/// Calls the panic hook.
void report_unseen_panic(ThreadHeader& thread, const std::exception_ptr& exception) noexcept;

}  // namespace heddle::inline v0::thread::detail
