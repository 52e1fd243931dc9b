// SPDX-License-Identifier: MIT
// Memory for coroutine frames and task cells: a cache of recently freed blocks per thread.
//
// A frame lives for microseconds and has one of few sizes, so the block freed last is nearly always the right one,
// and still in the nearest cache. A block may be freed by another thread than the one that took it: it then joins
// that thread's cache. Each list is capped, so that a spike gives its memory back, and drained at thread exit.
// Under AddressSanitizer and ThreadSanitizer every block comes from operator new: recycling would hide a use after
// free, and look like a leak.
#pragma once

#include <cstddef>
#include <new>

namespace heddle::inline v0::base {

/// Returns `size` bytes, aligned as operator new aligns. Throws std::bad_alloc.
///
/// Threads     Any.
/// Cost        A list pop when this thread has freed a block of that size before; else operator new.
[[nodiscard, gnu::noinline]] void* allocate_block(std::size_t size);

/// Gives back a block from allocate_block, with the size that was asked for.
[[gnu::noinline]] void free_block(void* block, std::size_t size) noexcept;

/// Base of a class T whose objects come from the cache, unless they are aligned beyond what it gives.
template <class T>
class Recycled {
 public:
  static void* operator new(std::size_t size) {
    if constexpr (alignof(T) > __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
      return ::operator new(size, std::align_val_t{alignof(T)});
    } else {
      return allocate_block(size);
    }
  }
  static void operator delete(void* object, std::size_t size) noexcept {
    if constexpr (alignof(T) > __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
      ::operator delete(object, std::align_val_t{alignof(T)});
    } else {
      free_block(object, size);
    }
  }
};

}  // namespace heddle::inline v0::base
