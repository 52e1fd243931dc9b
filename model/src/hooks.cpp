// SPDX-License-Identifier: MIT
// Where the checker takes the place of the system: operator new and delete, sched_yield, the clock, the end of
// thread-locals, and what the compiler calls at each plain access to memory when it instruments for ThreadSanitizer.
//
// Only code that is built with -fsanitize=thread (HeddleModel.cmake) calls the latter; ThreadSanitizer's own runtime
// isn't linked. Each hook costs one test outside of a run.
#include "engine.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>

#include <sys/syscall.h>
#include <unistd.h>

namespace {

using heddle_model::detail::Access;
using heddle_model::detail::engine;
using heddle_model::detail::Inside;
using heddle_model::detail::watching;

void* allocate(std::size_t size, std::size_t alignment, const void* from) {
  if (watching) {
    const Inside inside;
    return engine().allocate(size, alignment, from);
  }
  void* memory = nullptr;
  if (::posix_memalign(&memory, alignment, size) != 0) throw std::bad_alloc();
  return memory;
}

void release(void* memory, const void* from) noexcept {
  if (memory == nullptr) return;
  const bool inside_model = watching;
  watching = false;
  if (!engine().is_heap(memory)) {
    std::free(memory);
  } else if (inside_model) {
    engine().free(memory, from);
  }
  watching = inside_model;
}

void touch(const void* address, std::size_t size, Access kind, const void* from) {
  if (!watching || size == 0) return;
  const Inside inside;
  engine().access(address, size, kind, from);
}

constexpr std::size_t kUsual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

void* operator new(std::size_t size) { return allocate(size, kUsual, __builtin_return_address(0)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment), __builtin_return_address(0));
}
void* operator new[](std::size_t size) { return allocate(size, kUsual, __builtin_return_address(0)); }
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment), __builtin_return_address(0));
}
void operator delete(void* memory) noexcept { release(memory, __builtin_return_address(0)); }
void operator delete(void* memory, std::size_t) noexcept { release(memory, __builtin_return_address(0)); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory, __builtin_return_address(0)); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory, __builtin_return_address(0));
}
void operator delete[](void* memory) noexcept { release(memory, __builtin_return_address(0)); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory, __builtin_return_address(0)); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory, __builtin_return_address(0)); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory, __builtin_return_address(0));
}

extern "C" {

// std::this_thread::yield() calls it.
int sched_yield() {
  heddle_model::yield();
  return 0;
}

// std::chrono::steady_clock::now() calls it: in a run, time is the model's.
int clock_gettime(clockid_t clock, struct timespec* time) {
  if (!watching) return static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const std::uint64_t now = heddle_model::now();
  time->tv_sec = static_cast<time_t>(now / kSecond);
  time->tv_nsec = static_cast<long>(now % kSecond);
  return 0;
}

// The compiler calls it once a thread-local with a destructor has been made.
int __cxa_thread_atexit_impl(void (*destroy)(void*), void* object, void* library);
int __cxa_thread_atexit(void (*destroy)(void*), void* object, void* library) {
  if (!watching) return __cxa_thread_atexit_impl(destroy, object, library);
  const Inside inside;
  engine().at_thread_exit(destroy, object);
  return 0;
}

void __tsan_init() {}

// Atomics that aren't the seam's: shared_ptr's counts, whether a static has been made, and the program's settings.
std::int32_t __tsan_atomic32_fetch_add(std::int32_t* count, std::int32_t operand, int) {
  if (!watching) return __atomic_fetch_add(count, operand, __ATOMIC_ACQ_REL);
  const Inside inside;
  return engine().add_to_foreign(count, operand);
}
std::int8_t __tsan_atomic8_load(const std::int8_t* guard, int) { return __atomic_load_n(guard, __ATOMIC_ACQUIRE); }
void __tsan_atomic8_store(std::int8_t* flag, std::int8_t value, int) { __atomic_store_n(flag, value, __ATOMIC_RELEASE); }
void __tsan_atomic_signal_fence(int) {}

#define HEDDLE_MODEL_HOOK(name, size, kind) \
  void name(void* address) { touch(address, size, Access::kind, __builtin_return_address(0)); }
HEDDLE_MODEL_HOOK(__tsan_read1, 1, kRead)
HEDDLE_MODEL_HOOK(__tsan_read2, 2, kRead)
HEDDLE_MODEL_HOOK(__tsan_read4, 4, kRead)
HEDDLE_MODEL_HOOK(__tsan_read8, 8, kRead)
HEDDLE_MODEL_HOOK(__tsan_read16, 16, kRead)
HEDDLE_MODEL_HOOK(__tsan_write1, 1, kWrite)
HEDDLE_MODEL_HOOK(__tsan_write2, 2, kWrite)
HEDDLE_MODEL_HOOK(__tsan_write4, 4, kWrite)
HEDDLE_MODEL_HOOK(__tsan_write8, 8, kWrite)
HEDDLE_MODEL_HOOK(__tsan_write16, 16, kWrite)
HEDDLE_MODEL_HOOK(__tsan_unaligned_read2, 2, kRead)
HEDDLE_MODEL_HOOK(__tsan_unaligned_read4, 4, kRead)
HEDDLE_MODEL_HOOK(__tsan_unaligned_read8, 8, kRead)
HEDDLE_MODEL_HOOK(__tsan_unaligned_read16, 16, kRead)
HEDDLE_MODEL_HOOK(__tsan_unaligned_write2, 2, kWrite)
HEDDLE_MODEL_HOOK(__tsan_unaligned_write4, 4, kWrite)
HEDDLE_MODEL_HOOK(__tsan_unaligned_write8, 8, kWrite)
HEDDLE_MODEL_HOOK(__tsan_unaligned_write16, 16, kWrite)
HEDDLE_MODEL_HOOK(__tsan_vptr_read, sizeof(void*), kRead)
#undef HEDDLE_MODEL_HOOK

void __tsan_vptr_update(void** at, void* pointer) {
  // A base's destructor stores what stands there already, unless the class is derived from.
  if (*at != pointer) touch(at, sizeof(void*), Access::kWrite, __builtin_return_address(0));
}

void* __tsan_memcpy(void* to, const void* from, std::size_t size) {
  touch(from, size, Access::kRead, __builtin_return_address(0));
  touch(to, size, Access::kWrite, __builtin_return_address(0));
  return std::memcpy(to, from, size);
}

void* __tsan_memmove(void* to, const void* from, std::size_t size) {
  touch(from, size, Access::kRead, __builtin_return_address(0));
  touch(to, size, Access::kWrite, __builtin_return_address(0));
  return std::memmove(to, from, size);
}

void* __tsan_memset(void* to, int value, std::size_t size) {
  touch(to, size, Access::kWrite, __builtin_return_address(0));
  return std::memset(to, value, size);
}

}  // extern "C"
