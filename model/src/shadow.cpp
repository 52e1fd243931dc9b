// SPDX-License-Identifier: MIT
// Races and lives.
#include "shadow.hpp"

#include <algorithm>
#include <cstdio>
#include <new>

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace heddle_model::detail {

namespace {

constexpr std::size_t kRegionBytes = Shadow::kHeapBytes + kMaxThreads * Shadow::kStackBytes;
constexpr std::size_t kRedZone = 16;

void* map(std::size_t size) {
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return memory;
}

const char* name_of(Access kind) noexcept {
  switch (kind) {
    case Access::kRead: return "reads";
    case Access::kWrite: return "writes, creates or ends";
    case Access::kAtomic: return "uses the atomic at";
  }
  return "";
}

bool conflict(Access one, Access other) noexcept {
  if (one == Access::kWrite || other == Access::kWrite) return true;
  return false;
}

// An address as the program's file knows it.
std::uintptr_t file_address(const void* instruction) {
  std::uintptr_t base = 0;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* out) {
        *static_cast<std::uintptr_t*>(out) = info->dlpi_addr;
        return 1;  // the first is the program
      },
      &base);
  // SAFETY: only a number to print.
  return reinterpret_cast<std::uintptr_t>(instruction) - base - 1;
}

}  // namespace

std::string place_of(const void* instruction) {
  if (instruction == nullptr) return "an unknown place";
  std::array<char, 512> text{};
  const auto exe = ::readlink("/proc/self/exe", text.data(), text.size() - 1);
  const std::string program(text.data(), static_cast<std::size_t>(std::max<ssize_t>(exe, 0)));
  std::snprintf(text.data(), text.size(), "addr2line -Cpsfie '%s' 0x%zx 2>/dev/null", program.c_str(),
                static_cast<std::size_t>(file_address(instruction)));
  std::string place;
  if (FILE* pipe = ::popen(text.data(), "r"); pipe != nullptr) {
    while (std::fgets(text.data(), static_cast<int>(text.size()), pipe) != nullptr) place += text.data();
    ::pclose(pipe);
  }
  while (!place.empty() && place.back() == '\n') place.pop_back();
  return place.empty() ? "an unknown place" : place;
}

Shadow::Shadow()
    : region_(static_cast<std::byte*>(map(kRegionBytes))),
      granules_(static_cast<Granule*>(map(kRegionBytes / kGranule * sizeof(Granule)))),
      states_(kHeapBytes / kGranule) {}

Shadow::~Shadow() {
  ::munmap(granules_, kRegionBytes / kGranule * sizeof(Granule));
  ::munmap(region_, kRegionBytes);
}

void Shadow::start_run() noexcept {
  std::fill_n(states_.begin(), used_ / kGranule, State::kNever);
  used_ = 0;
  blocks_.clear();
  ++run_;
}

std::size_t Shadow::offset_of(const void* address) const noexcept {
  // Wraps around for what lies below.
  // SAFETY: only numbers to compare.
  return reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(region_);
}

Shadow::Granule& Shadow::granule(std::uintptr_t address) {
  // SAFETY: only numbers to compare.
  const std::size_t offset = address - reinterpret_cast<std::uintptr_t>(region_);
  Granule& found = offset < kRegionBytes ? granules_[offset / kGranule] : elsewhere_[address / kGranule];
  if (found.run != run_) {
    found.run = run_;
    found.count = 0;
  }
  return found;
}

Shadow::Block* Shadow::block_of(const void* address) noexcept {
  const auto after = std::ranges::upper_bound(blocks_, address, {},
                                              [](const Block& block) { return static_cast<const void*>(block.begin); });
  return after == blocks_.begin() ? nullptr : &*std::prev(after);
}

std::string Shadow::check_life(const void* address, Visitor visitor) {
  switch (states_[offset_of(address) / kGranule]) {
    case State::kLive: return {};
    case State::kNever: return "memory outside of any block is used\n  by " + place_of(visitor.from);
    case State::kFreed: break;
  }
  return "memory is used after it was freed\n  used by " + place_of(visitor.from) + "\n  freed by " +
         place_of(block_of(address)->freed_from) + "\n  allocated by " + place_of(block_of(address)->from);
}

std::string Shadow::visit(std::uintptr_t address, const Entry& entry, Visitor visitor) {
  Granule& here = granule(address);
  Entry* reuse = nullptr;
  for (std::uint32_t i = 0; i < here.count; ++i) {
    Entry& other = here.entries[i];
    const bool known = visitor.clock.knows(other.thread, other.epoch);
    if ((other.bytes & entry.bytes) != 0 && !known && conflict(entry.kind, other.kind)) {
      return "data race: thread " + std::to_string(entry.thread) + " " + name_of(entry.kind) + " memory which thread " +
             std::to_string(other.thread) + " " + name_of(other.kind) + ", and nothing orders the two\n  thread " +
             std::to_string(entry.thread) + ": " + place_of(entry.from) + "\n  thread " + std::to_string(other.thread) +
             ": " + place_of(other.from);
    }
    const bool same = other.thread == entry.thread && other.kind == entry.kind && other.bytes == entry.bytes;
    // A write that comes after all that was stands for it.
    if (same || (known && entry.kind == Access::kWrite && (other.bytes & ~entry.bytes) == 0)) reuse = &other;
  }
  if (reuse == nullptr && here.count < here.entries.size()) reuse = &here.entries[here.count++];
  if (reuse == nullptr) reuse = &here.entries[entry.epoch % here.entries.size()];
  *reuse = entry;
  return {};
}

std::string Shadow::access(const void* address, std::size_t size, Access kind, Visitor visitor) {
  if (is_heap(address)) {
    if (std::string wrong = check_life(address, visitor); !wrong.empty()) return wrong;
  }
  // SAFETY: only numbers to compare.
  const auto begin = reinterpret_cast<std::uintptr_t>(address);
  const std::uintptr_t end = begin + size;
  for (std::uintptr_t at = begin / kGranule * kGranule; at < end; at += kGranule) {
    unsigned bytes = 0xff;
    if (at < begin) bytes &= 0xffU << (begin - at);
    if (at + kGranule > end) bytes &= 0xffU >> (at + kGranule - end);
    const Entry entry{visitor.from, visitor.clock.at[visitor.thread], static_cast<std::uint8_t>(visitor.thread),
                      static_cast<std::uint8_t>(bytes), kind};
    if (std::string wrong = visit(at, entry, visitor); !wrong.empty()) return wrong;
  }
  return {};
}

void* Shadow::allocate(std::size_t size, std::size_t alignment, Visitor visitor) {
  alignment = std::max(alignment, kGranule * 2);
  const std::size_t begin = (used_ + kRedZone + alignment - 1) / alignment * alignment;
  const std::size_t end = begin + (size + kGranule - 1) / kGranule * kGranule;
  if (end + kRedZone > kHeapBytes) throw std::bad_alloc();
  std::fill(states_.begin() + static_cast<std::ptrdiff_t>(begin / kGranule),
            states_.begin() + static_cast<std::ptrdiff_t>(end / kGranule), State::kLive);
  used_ = end;
  blocks_.push_back({region_ + begin, size, visitor.from});
  return region_ + begin;
}

std::string Shadow::free(void* memory, Visitor visitor) {
  Block* block = block_of(memory);
  if (block == nullptr || block->begin != memory) {
    return "what is freed is no block\n  by " + place_of(visitor.from);
  }
  if (!block->live) {
    return "double free\n  by " + place_of(visitor.from) + "\n  before by " + place_of(block->freed_from) +
           "\n  allocated by " + place_of(block->from);
  }
  if (block->size != 0) {
    if (std::string wrong = access(memory, block->size, Access::kWrite, visitor); !wrong.empty()) return wrong;
  }
  block->live = false;
  block->freed_from = visitor.from;
  const std::size_t begin = offset_of(memory) / kGranule;
  const std::size_t count = (block->size + kGranule - 1) / kGranule;
  std::fill_n(states_.begin() + static_cast<std::ptrdiff_t>(begin), count, State::kFreed);
  return {};
}

std::string Shadow::leaks() const {
  std::string message;
  for (const Block& block : blocks_) {
    if (block.live) {
      message += "leaked: " + std::to_string(block.size) + " bytes, allocated by " + place_of(block.from) + "\n";
    }
  }
  return message;
}

}  // namespace heddle_model::detail
