// SPDX-License-Identifier: MIT
// The block cache: what it recycles, where, how much, and what it gives back.
#include <heddle/base/block_cache.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEDDLE_TEST_RECYCLES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEDDLE_TEST_RECYCLES 0
#endif
#endif
#if !defined(HEDDLE_TEST_RECYCLES)
#define HEDDLE_TEST_RECYCLES 1
#endif

#if HEDDLE_TEST_RECYCLES
namespace {
std::atomic<std::int64_t> blocks_alive{0};
}

// Counts what the cache takes from operator new and gives back to it. Not inline: GCC would see malloc, and complain of
// the operator delete that belongs to it.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  blocks_alive.fetch_add(1, std::memory_order_relaxed);
  return block;
}
[[gnu::noinline]] void operator delete(void* block) noexcept {
  if (block != nullptr) blocks_alive.fetch_sub(1, std::memory_order_relaxed);
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept { ::operator delete(block); }
#endif

namespace {

using heddle::base::allocate_block;
using heddle::base::free_block;

TEST(BlockCache, blocks_of_every_size_are_whole_apart_and_aligned) {
  std::vector<std::pair<void*, std::size_t>> blocks;
  for (std::size_t size = 0; size <= 4096; size += size < 64 ? 1 : 61) {
    void* block = allocate_block(size);
    ASSERT_NE(block, nullptr);
    // SAFETY: only looked at as a number.
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % __STDCPP_DEFAULT_NEW_ALIGNMENT__, 0U);
    std::memset(block, static_cast<int>(size & 0xff), size);
    blocks.emplace_back(block, size);
  }
  for (const auto& [block, size] : blocks) {
    const auto* bytes = static_cast<const unsigned char*>(block);
    for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(bytes[i], size & 0xff);
    free_block(block, size);
  }
}

TEST(BlockCache, blocks_taken_by_one_thread_are_freed_by_another) {
  constexpr int kRounds = 200;
  constexpr std::size_t kBlocks = 64;
  std::vector<void*> passed(kBlocks);
  std::barrier handover(2);
  std::jthread taker([&] {
    for (int round = 0; round < kRounds; ++round) {
      for (void*& block : passed) {
        block = allocate_block(96);
        std::memset(block, round & 0xff, 96);
      }
      handover.arrive_and_wait();
      handover.arrive_and_wait();
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    handover.arrive_and_wait();
    for (void* block : passed) {
      EXPECT_EQ(static_cast<unsigned char*>(block)[95], round & 0xff);
      free_block(block, 96);
    }
    handover.arrive_and_wait();
  }
}

#if HEDDLE_TEST_RECYCLES

// Each of these runs on a thread of its own: its cache starts empty, and ends with it.
template <class F>
void on_new_thread(F f) {
  std::jthread thread(f);
}

TEST(BlockCache, a_list_keeps_a_mebibyte_and_gives_the_rest_back) {
  constexpr std::size_t kSize = 1032;
  on_new_thread([] {
    std::vector<void*> blocks(4096);
    for (void*& block : blocks) block = allocate_block(kSize);
    const std::int64_t before = blocks_alive.load(std::memory_order_relaxed);
    for (void* block : blocks) free_block(block, kSize);
    EXPECT_EQ(before - blocks_alive.load(std::memory_order_relaxed), 4096 - (1 << 20) / 1032);
  });
}

TEST(BlockCache, the_end_of_a_thread_gives_back_all_that_it_kept) {
  const std::int64_t before = blocks_alive.load(std::memory_order_relaxed);
  on_new_thread([] {
    std::vector<void*> blocks;
    for (std::size_t size = 1; size < 3000; size += 7) blocks.push_back(allocate_block(size));
    std::size_t size = 1;
    for (void* block : blocks) {
      free_block(block, size);
      size += 7;
    }
  });
  EXPECT_EQ(blocks_alive.load(std::memory_order_relaxed), before);
}

TEST(BlockCache, the_block_freed_last_is_taken_first) {
  on_new_thread([] {
    void* one = allocate_block(96);
    void* two = allocate_block(96);
    free_block(one, 96);
    free_block(two, 96);
    EXPECT_EQ(allocate_block(96), two);
    EXPECT_EQ(allocate_block(96), one);
    free_block(one, 96);
    free_block(two, 96);
  });
}

TEST(BlockCache, sizes_of_one_class_share_their_blocks) {
  on_new_thread([] {
    void* block = allocate_block(89);
    free_block(block, 89);
    EXPECT_EQ(allocate_block(104), block);
    free_block(block, 104);
  });
}

TEST(BlockCache, sizes_of_two_classes_do_not) {
  on_new_thread([] {
    void* block = allocate_block(104);
    free_block(block, 104);
    void* other = allocate_block(105);
    EXPECT_NE(other, block);
    free_block(other, 105);
  });
}

TEST(BlockCache, a_block_joins_the_cache_of_the_thread_that_frees_it) {
  void* block = nullptr;
  on_new_thread([&] { block = allocate_block(96); });
  on_new_thread([&] {
    free_block(block, 96);
    EXPECT_EQ(allocate_block(96), block);
    free_block(block, 96);
  });
}

/// Frees a block when its thread ends, after or before the cache of the thread has gone.
struct FreesAtExit {
  void* block = nullptr;
  FreesAtExit() {}
  FreesAtExit(const FreesAtExit&) = delete;
  FreesAtExit& operator=(const FreesAtExit&) = delete;
  ~FreesAtExit() {
    free_block(block, 96);
    free_block(allocate_block(96), 96);
  }
};

TEST(BlockCache, blocks_that_are_freed_while_a_thread_ends_are_given_back) {
  const std::int64_t before = blocks_alive.load(std::memory_order_relaxed);
  for (const bool cache_goes_first : {false, true}) {
    std::jthread([cache_goes_first] {
      if (!cache_goes_first) free_block(allocate_block(32), 32);
      static thread_local FreesAtExit frees;
      frees.block = allocate_block(96);
      if (cache_goes_first) free_block(allocate_block(32), 32);
    });
  }
  EXPECT_EQ(blocks_alive.load(std::memory_order_relaxed), before);
}

#endif

}  // namespace
