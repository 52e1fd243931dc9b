// SPDX-License-Identifier: MIT
// What operations on atomics and memory do.
#include "engine.hpp"

#include <utility>

namespace heddle_model::detail {

History& Engine::history(const Object& object) {
  if (object.anchor.execution != run_) {
    object.anchor.execution = run_;
    object.anchor.slot = history_count_++;
    if (histories_.size() < history_count_) histories_.emplace_back();
    History& fresh = histories_[object.anchor.slot];
    fresh.start(object.initial);
    fresh.stores[0].seen[0] = 0;  // it is older than the run: everyone knows it
  }
  return histories_[object.anchor.slot];
}

void Engine::created(const Object& object, const void* from) {
  demand(shadow_.access(&object.anchor, sizeof(Anchor), Access::kWrite, visitor(from)));
  object.anchor.execution = 0;
  // Nobody may look at it but those for whom its creation has happened.
  Store& first = history(object).stores[0];
  first.seen.fill(Store::kUnseen);
  first.seen[current_] = me().clock.at[current_];
}

void Engine::destroyed(const Object& object, const void* from) {
  demand(shadow_.access(&object.anchor, sizeof(Anchor), Access::kWrite, visitor(from)));
}

void Engine::note(const Object& object, std::uint64_t before, std::uint64_t after) {
  events_.push_back({current_, me().next, object.anchor.slot, before, after});
}

std::uint64_t Engine::find(History& of, std::size_t index, std::memory_order order) {
  Thread& thread = me();
  Store& store = of.stores[index];
  if (index != of.newest()) --stale_loads_;
  if (store.seen[current_] == Store::kUnseen) store.seen[current_] = thread.clock.at[current_];
  if (acquires(order)) thread.clock.join(store.released);
  if (order == std::memory_order_seq_cst) of.seq_cst_floor = std::max(of.seq_cst_floor, index);
  return store.value;
}

void Engine::append(History& of, std::uint64_t value, std::memory_order order, const Clock* continued) {
  Thread& thread = me();
  if (of.stores.back().value != value) {
    ++changes_;
    idle_rounds_ = 0;
  }
  Store& store = of.push(value, ++stores_);
  store.seen[current_] = thread.clock.at[current_];
  // A read-modify-write carries on what it found; a plain store begins anew.
  if (continued != nullptr) store.released = *continued;
  if (releases(order)) store.released.join(thread.clock);
  if (order == std::memory_order_seq_cst) of.seq_cst_floor = of.newest();
  // What the thread does from here on isn't released.
  ++thread.clock.at[current_];
}

std::size_t Engine::oldest_visible(const History& of, std::memory_order order) const noexcept {
  return stale_loads_ == 0 ? of.newest() : of.oldest_visible(me().clock, me().arrived, order);
}

std::uint64_t Engine::load(const Object& object, std::memory_order order, std::source_location where) {
  begin({"loads", &object.anchor, false, order == std::memory_order_seq_cst, where});
  demand(shadow_.access(&object.anchor, sizeof(Anchor), Access::kAtomic, visitor(nullptr)));
  History& of = history(object);
  const std::size_t choices = of.newest() - oldest_visible(of, order) + 1;
  const std::size_t index = of.newest() - tape_.pick_value(static_cast<unsigned>(choices));
  const std::uint64_t value = find(of, index, order);
  note(object, of.stores.back().value, value);
  return value;
}

void Engine::store(const Object& object, std::uint64_t value, std::memory_order order, std::source_location where) {
  begin({"stores", &object.anchor, true, order == std::memory_order_seq_cst, where});
  demand(shadow_.access(&object.anchor, sizeof(Anchor), Access::kAtomic, visitor(nullptr)));
  History& of = history(object);
  note(object, of.stores.back().value, value);
  append(of, value, order, nullptr);
}

namespace {

std::uint64_t modified(std::uint64_t value, Modify how, std::uint64_t operand, unsigned size) noexcept {
  switch (how) {
    case Modify::kExchange: value = operand; break;
    case Modify::kAdd: value += operand; break;
    case Modify::kSub: value -= operand; break;
    case Modify::kAnd: value &= operand; break;
    case Modify::kOr: value |= operand; break;
    case Modify::kXor: value ^= operand; break;
  }
  return size == 8 ? value : value & ((std::uint64_t{1} << (8 * size)) - 1);
}

}  // namespace

std::uint64_t Engine::modify(const Object& object, Modify how, std::uint64_t operand, std::memory_order order,
                             std::source_location where) {
  begin({"modifies", &object.anchor, true, order == std::memory_order_seq_cst, where});
  demand(shadow_.access(&object.anchor, sizeof(Anchor), Access::kAtomic, visitor(nullptr)));
  History& of = history(object);
  const std::uint64_t before = find(of, of.newest(), order);
  const Clock continued = of.stores.back().released;
  const std::uint64_t after = modified(before, how, operand, object.size);
  note(object, before, after);
  append(of, after, order, &continued);
  return before;
}

bool Engine::fail_to_exchange(History& of, Comparison& comparison) {
  // It may fail with any visible value that isn't the expected one; success must find the newest store.
  const std::size_t oldest = oldest_visible(of, comparison.failure);
  const bool can_succeed = of.stores[of.newest()].value == comparison.expected;
  const bool can_fail_weakly = can_succeed && comparison.weak && weak_failures_ != 0;
  unsigned choices = (can_succeed ? 1U : 0U) + (can_fail_weakly ? 1U : 0U);
  for (std::size_t i = oldest; i <= of.newest(); ++i) choices += of.stores[i].value != comparison.expected ? 1U : 0U;
  unsigned choice = tape_.pick_value(choices);
  if (can_succeed && choice-- == 0) return false;
  std::size_t index = of.newest();
  if (can_fail_weakly && choice-- == 0) {
    --weak_failures_;
  } else {
    for (++choice; of.stores[index].value == comparison.expected || --choice != 0; --index) {
    }
  }
  comparison.expected = find(of, index, comparison.failure);
  return true;
}

bool Engine::compare_exchange(const Object& object, Comparison& comparison, std::source_location where) {
  const bool seq_cst =
      comparison.success == std::memory_order_seq_cst || comparison.failure == std::memory_order_seq_cst;
  begin({"exchanges", &object.anchor, true, seq_cst, where});
  demand(shadow_.access(&object.anchor, sizeof(Anchor), Access::kAtomic, visitor(nullptr)));
  History& of = history(object);
  if (fail_to_exchange(of, comparison)) {
    me().next.what = "fails to exchange";
    note(object, of.stores.back().value, comparison.expected);
    return false;
  }
  find(of, of.newest(), comparison.success);
  const Clock continued = of.stores.back().released;
  note(object, of.stores.back().value, comparison.desired);
  append(of, comparison.desired, comparison.success, &continued);
  return true;
}

std::int32_t Engine::add_to_foreign(std::int32_t* count, std::int32_t operand) {
  begin({"counts owners", count, true, false, std::source_location()});
  demand(shadow_.access(count, sizeof(*count), Access::kAtomic, visitor(nullptr)));
  const std::int32_t before = *count;
  *count += operand;
  events_.push_back({current_, me().next, 0, static_cast<std::uint64_t>(before), static_cast<std::uint64_t>(*count)});
  Clock& released = foreign_[count];
  me().clock.join(released);
  released.join(me().clock);
  ++me().clock.at[current_];
  ++changes_;
  idle_rounds_ = 0;
  return before;
}

void Engine::access(const void* address, std::size_t size, Access kind, const void* from) {
  // A thread's own copy.
  if (ThreadLocals::contain(address)) return;
  demand(shadow_.access(address, size, kind, visitor(from)));
}

void* Engine::allocate(std::size_t size, std::size_t alignment, const void* from) {
  return shadow_.allocate(size, alignment, visitor(from));
}

void Engine::free(void* block, const void* from) { demand(shadow_.free(block, visitor(from))); }

}  // namespace heddle_model::detail
