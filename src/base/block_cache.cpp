// SPDX-License-Identifier: MIT
// The per-thread lists behind allocate_block.
#include <heddle/base/block_cache.hpp>

#include <array>
#include <cstdint>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEDDLE_RECYCLE_BLOCKS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEDDLE_RECYCLE_BLOCKS 0
#endif
#endif
#if !defined(HEDDLE_RECYCLE_BLOCKS)
#define HEDDLE_RECYCLE_BLOCKS 1
#endif

namespace heddle::inline v0::base {

namespace {

// Classes of 16 bytes: a coarser grain costs more memory in a million idle tasks than it saves in lists.
constexpr std::size_t kGrain = 16;
constexpr std::size_t kLargest = 2048;
constexpr std::size_t kClasses = kLargest / kGrain;
// Bytes that one list may keep: a batch of some thousand tasks, little beside a thread's stack.
constexpr std::size_t kKeepBytes = std::size_t{1} << 20;

struct FreeBlock {
  FreeBlock* next;
};

struct List {
  FreeBlock* head;
  std::size_t count;
};

enum class Phase : std::uint8_t { kUnused, kActive, kExited };

// Trivial, so that access needs no guard and blocks may still be freed while the thread's other objects die.
constinit thread_local std::array<List, kClasses> lists{};
constinit thread_local Phase phase = Phase::kUnused;

// Destroyed at thread exit, when the thread's lists go back to operator delete.
struct Drain {
  ~Drain() {
    phase = Phase::kExited;
    for (List& list : lists) {
      while (list.head != nullptr) ::operator delete(std::exchange(list.head, list.head->next));
      list.count = 0;
    }
  }
};

[[gnu::cold, gnu::noinline]] void activate() {
  // Its construction registers the destructor; the object has no other use.
  static thread_local Drain drain;
  static_cast<void>(&drain);
  phase = Phase::kActive;
}

// A size of 0 wraps around, and so has no class, as one that is too large.
constexpr std::size_t class_of(std::size_t size) noexcept { return (size - 1) / kGrain; }
constexpr std::size_t size_of(std::size_t index) noexcept { return (index + 1) * kGrain; }

}  // namespace

void* allocate_block(std::size_t size) {
  const std::size_t index = class_of(size);
  if (!HEDDLE_RECYCLE_BLOCKS || index >= kClasses) return ::operator new(size);
  List& list = lists[index];
  if (FreeBlock* block = list.head; block != nullptr) [[likely]] {
    list.head = block->next;
    --list.count;
    return block;
  }
  return ::operator new(size_of(index));
}

void free_block(void* block, std::size_t size) noexcept {
  const std::size_t index = class_of(size);
  if (!HEDDLE_RECYCLE_BLOCKS || index >= kClasses) return ::operator delete(block);
  List& list = lists[index];
  if (phase != Phase::kActive) [[unlikely]] {
    if (phase == Phase::kExited) return ::operator delete(block);
    activate();
  }
  if (list.count * size_of(index) >= kKeepBytes) return ::operator delete(block);
  list.head = ::new (block) FreeBlock{list.head};
  ++list.count;
}

}  // namespace heddle::inline v0::base
