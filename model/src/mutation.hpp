// SPDX-License-Identifier: MIT
// One ordering of the program under test, weakened: what no model notices then, no model proves.
//
// HEDDLE_MODEL_MUTATION=FILE:LINE:COLUMN:USE:ORDER gives that use of an atomic another ordering in this process; FILE
// is the end of a path. HEDDLE_MODEL_USES=FILE appends each use that ran, with its ordering, when the process ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <source_location>
#include <string>
#include <tuple>

namespace heddle_model::detail {

/// What an operation takes an ordering for; a compare_exchange takes two.
enum class Use : std::uint8_t { kLoad, kStore, kModify, kExchange, kExchangeFailure };

class Mutation {
 public:
  /// Reads the environment.
  Mutation();
  Mutation(const Mutation&) = delete;
  Mutation& operator=(const Mutation&) = delete;
  ~Mutation();

  /// The ordering to take for the one that the source says.
  std::memory_order operator()(Use use, std::memory_order order, const std::source_location& where) {
    return is_active_ ? active(use, order, where) : order;
  }

 private:
  /// The file's name by its address: a source may have several.
  using Place = std::tuple<const char*, std::uint_least32_t, std::uint_least32_t, Use, std::memory_order>;

  std::memory_order active(Use use, std::memory_order order, const std::source_location& where);

  bool is_active_ = false;
  std::string mutated_;  // FILE:LINE:COLUMN:USE
  std::memory_order order_{};
  std::string uses_file_;
  /// Each use that ran, and the ordering that it got.
  std::map<Place, std::memory_order> seen_;
};

[[nodiscard]] Mutation& mutation();

}  // namespace heddle_model::detail
