// SPDX-License-Identifier: MIT
// Plain memory under the checker: who accessed what when, so that races show; and the heap of a run.
//
// One region holds the heap and the stacks of a run; behind each granule of eight bytes of it stands what the threads
// last did to its bytes. Memory elsewhere (globals) has the same in a hash table. The heap only grows and is emptied
// after each run: a block that was freed is never given out again, so every use of it shows.
#pragma once

#include "clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace heddle_model::detail {

/// kAtomic conflicts with kWrite alone: creation, the end of life and plain writes.
enum class Access : std::uint8_t { kRead, kWrite, kAtomic };

/// Who looks at memory, and from which instruction.
struct Visitor {
  unsigned thread;
  const Clock& clock;
  const void* from;
};

class Shadow {
 public:
  static constexpr std::size_t kHeapBytes = std::size_t{4} << 20;
  static constexpr std::size_t kStackBytes = std::size_t{256} << 10;

  Shadow();
  Shadow(const Shadow&) = delete;
  Shadow& operator=(const Shadow&) = delete;
  ~Shadow();

  [[nodiscard]] std::byte* stack(std::size_t index) noexcept { return region_ + kHeapBytes + index * kStackBytes; }
  [[nodiscard]] bool is_heap(const void* address) const noexcept { return offset_of(address) < kHeapBytes; }

  void start_run() noexcept;

  // These return what is wrong; empty if nothing.

  std::string access(const void* address, std::size_t size, Access kind, Visitor visitor);
  std::string free(void* block, Visitor visitor);
  [[nodiscard]] std::string leaks() const;

  [[nodiscard]] void* allocate(std::size_t size, std::size_t alignment, Visitor visitor);

 private:
  static constexpr std::size_t kGranule = 8;

  struct Entry {
    const void* from = nullptr;
    Epoch epoch = 0;
    std::uint8_t thread = 0;
    std::uint8_t bytes = 0;  // a bit each
    Access kind = Access::kRead;
  };
  struct Granule {
    std::uint32_t run = 0;
    std::uint32_t count = 0;
    std::array<Entry, 4> entries;
  };
  enum class State : std::uint8_t { kNever, kLive, kFreed };
  struct Block {
    std::byte* begin;
    std::size_t size;
    const void* from;
    const void* freed_from = nullptr;
    bool live = true;
  };

  [[nodiscard]] std::size_t offset_of(const void* address) const noexcept;
  [[nodiscard]] Granule& granule(std::uintptr_t address);
  [[nodiscard]] Block* block_of(const void* address) noexcept;
  std::string check_life(const void* address, Visitor visitor);
  std::string visit(std::uintptr_t granule_address, const Entry& entry, Visitor visitor);

  std::byte* region_;
  Granule* granules_;
  std::size_t used_ = 0;
  std::uint32_t run_ = 0;
  std::vector<State> states_;
  std::vector<Block> blocks_;
  std::unordered_map<std::uintptr_t, Granule> elsewhere_;
};

/// The function and line of an instruction, if the system's tools can tell.
[[nodiscard]] std::string place_of(const void* instruction);

}  // namespace heddle_model::detail
