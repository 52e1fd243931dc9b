// SPDX-License-Identifier: MIT
// An atomic's history in one run: its stores in modification order, and which of them a load may find.
//
// The order of stores is the order in which they run. A load may find any store but those that are known to be
// overwritten: by a store that happens before the load, or was seen by a load that does (coherence); for a seq_cst load
// also by a seq_cst store, or a store that a seq_cst load has found, since the total order of these is that of the run.
#pragma once

#include "clock.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <vector>

namespace heddle_model::detail {

constexpr bool acquires(std::memory_order order) noexcept {
  return order != std::memory_order_relaxed && order != std::memory_order_release;
}
constexpr bool releases(std::memory_order order) noexcept {
  return order == std::memory_order_release || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

struct Store {
  static constexpr Epoch kUnseen = std::numeric_limits<Epoch>::max();

  std::uint64_t value = 0;
  /// The how-manieth store of the run it is.
  std::uint64_t number = 0;
  /// What who acquires it gets to know.
  Clock released{};
  /// When each thread made it or first found it.
  std::array<Epoch, kMaxThreads> seen{};

  [[nodiscard]] bool is_known_by(const Clock& clock) const noexcept {
    for (std::size_t i = 0; i < kMaxThreads; ++i) {
      if (clock.knows(i, seen[i])) return true;
    }
    return false;
  }
};

struct History {
  std::vector<Store> stores;
  /// No seq_cst load finds an older store.
  std::size_t seq_cst_floor = 0;

  void start(std::uint64_t value) {
    stores.clear();
    seq_cst_floor = 0;
    push(value, 0);
  }

  Store& push(std::uint64_t value, std::uint64_t number) {
    Store& store = stores.emplace_back();
    store.value = value;
    store.number = number;
    store.seen.fill(Store::kUnseen);
    return store;
  }

  [[nodiscard]] std::size_t newest() const noexcept { return stores.size() - 1; }

  /// The oldest store that a load may find. `number`: all stores up to it have arrived everywhere.
  [[nodiscard]] std::size_t oldest_visible(const Clock& clock, std::uint64_t number,
                                           std::memory_order order) const noexcept {
    std::size_t oldest = newest();
    while (oldest != 0 && stores[oldest].number > number && !stores[oldest].is_known_by(clock)) --oldest;
    return order == std::memory_order_seq_cst ? std::max(oldest, seq_cst_floor) : oldest;
  }
};

}  // namespace heddle_model::detail
