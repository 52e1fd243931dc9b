// SPDX-License-Identifier: MIT
// Switching. The first entry takes setcontext; from then on _setjmp and _longjmp, which make no system call.
#include "fiber.hpp"

#include <cstdlib>
#include <cstring>
#include <functional>

#include <cxxabi.h>
#include <link.h>

namespace heddle_model::detail {

namespace {

// The program's own thread-locals on this thread, and what they start with.
struct Segment {
  std::byte* data = nullptr;
  std::size_t size = 0;
  const std::byte* image = nullptr;
  std::size_t image_size = 0;
};

int find_segment(dl_phdr_info* info, std::size_t, void* out) {
  auto& segment = *static_cast<Segment*>(out);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& header = info->dlpi_phdr[i];
    if (header.p_type != PT_TLS) continue;
    segment.data = static_cast<std::byte*>(info->dlpi_tls_data);
    segment.size = header.p_memsz;
    // SAFETY: the loader has mapped the image there.
    segment.image = reinterpret_cast<const std::byte*>(info->dlpi_addr + header.p_vaddr);
    segment.image_size = header.p_filesz;
  }
  return 1;  // the first is the program
}

const Segment& segment() {
  static const Segment found = [] {
    Segment result;
    ::dl_iterate_phdr(&find_segment, &result);
    return result;
  }();
  return found;
}

}  // namespace

void ThreadLocals::reset() {
  const Segment& from = segment();
  bytes_.assign(from.size, std::byte{0});
  if (from.image_size != 0) std::memcpy(bytes_.data(), from.image, from.image_size);
  exceptions_.fill(std::byte{0});
}

void ThreadLocals::save() noexcept {
  const Segment& from = segment();
  bytes_.resize(from.size);
  if (from.size != 0) std::memcpy(bytes_.data(), from.data, from.size);
  std::memcpy(exceptions_.data(), static_cast<void*>(abi::__cxa_get_globals()), exceptions_.size());
}

void ThreadLocals::restore() const noexcept {
  const Segment& to = segment();
  if (to.size != 0) std::memcpy(to.data, bytes_.data(), to.size);
  std::memcpy(static_cast<void*>(abi::__cxa_get_globals()), exceptions_.data(), exceptions_.size());
}

bool ThreadLocals::contain(const void* address) noexcept {
  const Segment& where = segment();
  const auto* at = static_cast<const std::byte*>(address);
  return std::less_equal()(where.data, at) && std::less()(at, where.data + where.size);
}

void Fiber::start(std::byte* stack, std::size_t size, Body body) {
  ::getcontext(&context_);
  context_.uc_stack.ss_sp = stack;
  context_.uc_stack.ss_size = size;
  context_.uc_link = nullptr;
  ::makecontext(&context_, body, 0);
  locals_.reset();
  fresh_ = true;
}

void Fiber::enter() {
  locals_.restore();
  if (fresh_) {
    fresh_ = false;
    ::setcontext(&context_);
  }
  _longjmp(place_, 1);
}

void Fiber::switch_to(Fiber& other) {
  locals_.save();
  if (_setjmp(place_) == 0) other.enter();
}

}  // namespace heddle_model::detail
