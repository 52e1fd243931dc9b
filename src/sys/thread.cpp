// SPDX-License-Identifier: MIT
// Threads by pthread: their start and end.
#include "sys/thread.hpp"

#include <algorithm>
#include <cstdint>

#include <limits.h>
#include <pthread.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

static_assert(sizeof(pthread_t) == sizeof(ThreadHandle));

namespace {

std::error_code error_of(int number) noexcept { return {number, std::generic_category()}; }

/// `size` in whole pages, as glibc wants it, and enough for a thread to start; a size that overflows stays too large.
std::size_t usable_stack_size(std::size_t size) noexcept {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  size = std::max(size, static_cast<std::size_t>(::sysconf(_SC_THREAD_STACK_MIN)));
  return size > SIZE_MAX - page ? SIZE_MAX / page * page : (size + page - 1) / page * page;
}

}  // namespace

std::error_code start_thread(ThreadHandle& started, std::size_t stack_size, void* (*main)(void*),
                             void* argument) noexcept {
  if (stack_size == 0) return error_of(::pthread_create(&started, nullptr, main, argument));
  pthread_attr_t attributes;
  if (int error = ::pthread_attr_init(&attributes)) return error_of(error);
  int error = ::pthread_attr_setstacksize(&attributes, usable_stack_size(stack_size));
  if (error == 0) error = ::pthread_create(&started, &attributes, main, argument);
  ::pthread_attr_destroy(&attributes);
  return error_of(error);
}

ThreadHandle this_thread() noexcept { return ::pthread_self(); }

std::error_code join_thread(ThreadHandle thread) noexcept { return error_of(::pthread_join(thread, nullptr)); }

void detach_thread(ThreadHandle thread) noexcept { ::pthread_detach(thread); }

}  // namespace heddle::inline v0::sys
