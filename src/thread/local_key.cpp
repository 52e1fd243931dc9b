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

std::uint32_t LocalKeyId::number() const noexcept {
  static constinit base::atomic<std::uint32_t> last{0};
  // Relaxed throughout: what the number leads to is this thread's own.
  std::uint32_t number = number_.load(base::relaxed);
  if (number != 0) return number;
  const std::uint32_t fresh = last.fetch_add(1, base::relaxed) + 1;
  return number_.compare_exchange_strong(number, fresh, base::relaxed, base::relaxed) ? fresh : number;
}

Local* LocalKeyId::find() const {
  const LocalSlots* slots = this_slots;
  // Relaxed: see number(). 0, no number yet, is a slot without a value.
  Local* local = slots == nullptr ? nullptr : slots->value_of(number_.load(base::relaxed));
  if (local != nullptr) [[likely]] return local;
  return make_slots() ? this_slots->make(*this) : nullptr;
}

Local* LocalSlots::make(const LocalKeyId& key) {
  const std::uint32_t number = key.number();
  if (number >= slots_.size()) slots_.resize(number + 1);
  if (slots_[number].state == State::kGone) return nullptr;
  if (slots_[number].state == State::kMaking) {
    throw std::logic_error("a LocalKey's value is used by its own initialiser");
  }
  slots_[number].state = State::kMaking;
  try {
    std::unique_ptr<Local> local(key.make_(key));
    local->slots_ = this;
    local->number_ = number;
    if (abi::__cxa_thread_atexit(&destroy, local.get(), &__dso_handle) != 0) throw std::bad_alloc();
    // Looked up anew: `init` may have used other keys, and made the table grow.
    slots_[number] = {local.get(), State::kUsed};
    return local.release();
  } catch (...) {
    slots_[number].state = State::kUnused;
    throw;
  }
}

void LocalSlots::destroy(void* registered) noexcept {
  auto* local = static_cast<Local*>(registered);
  local->slots_->slots_[local->number_] = {nullptr, State::kGone};
  delete local;
}

}  // namespace detail
}  // namespace heddle::inline v0::thread
