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

// Classes of 8, 24, 40, ... bytes: malloc's blocks have 16 n + 8 bytes to use. A coarser grain would cost more memory
// in a million idle tasks than it saves in lists.
constexpr std::size_t kGrain = 16;
constexpr std::size_t kLargest = 2048;
// Bytes that one list may keep: a batch of some thousand tasks, little beside a thread's stack.
constexpr std::size_t kKeepBytes = std::size_t{1} << 20;

constexpr std::size_t class_of(std::size_t size) noexcept { return (size + kGrain / 2 - 1) / kGrain; }
constexpr std::size_t size_of(std::size_t index) noexcept { return index * kGrain + kGrain / 2; }
constexpr std::size_t kClasses = class_of(kLargest) + 1;

struct FreeBlock {
  FreeBlock* next;
};
static_assert(sizeof(FreeBlock) <= size_of(0));

struct List {
  FreeBlock* head;
  // How many more blocks it may keep. None before the thread's first use, and none after its end.
  std::size_t room;
};

// Trivial, so that access needs no guard and blocks may still be freed while the thread's other objects die.
constinit thread_local std::array<List, kClasses> lists{};
constinit thread_local bool opened = false;

// Destroyed at thread exit, when the thread's lists go back to operator delete.
struct Drain {
  ~Drain() {
    for (List& list : lists) {
      while (list.head != nullptr) ::operator delete(std::exchange(list.head, list.head->next));
      list.room = 0;
    }
  }
};

// Gives the lists of this thread their room, once; false from then on.
[[gnu::cold, gnu::noinline]] bool open_lists() {
  if (std::exchange(opened, true)) return false;
  // Its construction registers the destructor; the object has no other use.
  static thread_local Drain drain;
  static_cast<void>(&drain);
  for (std::size_t index = 0; index < kClasses; ++index) lists[index].room = kKeepBytes / size_of(index);
  return true;
}

void keep(void* block, List& list) noexcept {
  list.head = ::new (block) FreeBlock{list.head};
  --list.room;
}

// Apart, so that free_block itself ends in calls and needs no stack.
[[gnu::cold, gnu::noinline]] void free_without_room(void* block, List& list) noexcept {
  if (!open_lists()) return ::operator delete(block);
  keep(block, list);
}

}  // namespace

void* allocate_block(std::size_t size) {
  const std::size_t index = class_of(size);
  if (!HEDDLE_RECYCLE_BLOCKS || index >= kClasses) return ::operator new(size);
  List& list = lists[index];
  if (FreeBlock* block = list.head; block != nullptr) [[likely]] {
    list.head = block->next;
    ++list.room;
    return block;
  }
  return ::operator new(size_of(index));
}

void free_block(void* block, std::size_t size) noexcept {
  const std::size_t index = class_of(size);
  if (!HEDDLE_RECYCLE_BLOCKS || index >= kClasses) return ::operator delete(block);
  List& list = lists[index];
  if (list.room == 0) [[unlikely]] return free_without_room(block, list);
  keep(block, list);
}

}  // namespace heddle::inline v0::base
