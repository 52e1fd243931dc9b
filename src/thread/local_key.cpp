// SPDX-License-Identifier: MIT
// The slots behind LocalKey. Each value registers its destruction as a thread_local of C++ does, so both kinds are
// destroyed in one order, and a destructor may make more of them.
#include <heddle/thread/local_key.hpp>

#include "thread/current.hpp"
#include "thread/local_slots.hpp"

#include <memory>
#include <new>

#include <cxxabi.h>

extern "C" void* __dso_handle;

namespace heddle::inline v0::thread {

AccessError::AccessError() : std::logic_error("a LocalKey's value is used during or after its destruction") {}

namespace detail {

namespace {

/// Marks of a slot: addresses that no value has.
struct Mark final : Local {};
Mark making;
Mark gone;

}  // namespace

std::uint32_t LocalKeyId::number() const noexcept {
  static constinit base::atomic<std::uint32_t> last{0};
  // Relaxed throughout: what the number leads to is this thread's own.
  std::uint32_t number = number_.load(base::relaxed);
  if (number != 0) return number;
  const std::uint32_t fresh = last.fetch_add(1, base::relaxed) + 1;
  return number_.compare_exchange_strong(number, fresh, base::relaxed, base::relaxed) ? fresh : number;
}

Local* LocalKeyId::find() const {
  LocalSlots* slots = this_slots();
  return slots == nullptr ? nullptr : slots->find(*this);
}

Local* LocalSlots::find(const LocalKeyId& key) {
  const std::uint32_t number = key.number();
  if (number >= slots_.size()) slots_.resize(number + 1);
  Local* local = slots_[number];
  if (local == nullptr) return make(key, number);
  if (local == &gone) return nullptr;
  if (local == &making) throw std::logic_error("a LocalKey's value is used by its own initialiser");
  return local;
}

Local* LocalSlots::make(const LocalKeyId& key, std::uint32_t number) {
  slots_[number] = &making;
  try {
    std::unique_ptr<Local> local(key.make_(key));
    local->slots_ = this;
    local->number_ = number;
    if (abi::__cxa_thread_atexit(&destroy, local.get(), &__dso_handle) != 0) throw std::bad_alloc();
    // Looked up anew: `init` may have used other keys, and made the table grow.
    return slots_[number] = local.release();
  } catch (...) {
    slots_[number] = nullptr;
    throw;
  }
}

void LocalSlots::destroy(void* registered) noexcept {
  auto* local = static_cast<Local*>(registered);
  local->slots_->slots_[local->number_] = &gone;
  delete local;
}

}  // namespace detail
}  // namespace heddle::inline v0::thread
