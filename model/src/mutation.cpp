// SPDX-License-Identifier: MIT
// Reading which ordering to weaken, and writing down each use that ran.
#include "mutation.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace heddle_model::detail {

namespace {

constexpr std::array kUses{"load", "store", "modify", "exchange", "exchange_failure"};
constexpr std::array kOrders{"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};

const char* name_of(std::memory_order order) { return kOrders.at(static_cast<std::size_t>(order)); }

std::memory_order order_of(std::string_view name) {
  for (std::size_t i = 0; i < kOrders.size(); ++i) {
    if (name == kOrders.at(i)) return static_cast<std::memory_order>(i);
  }
  std::fprintf(stderr, "HEDDLE_MODEL_MUTATION: no ordering is called '%s'\n", std::string(name).c_str());
  std::exit(2);
}

std::string place_of(const char* file, std::uint_least32_t line, std::uint_least32_t column, Use use) {
  return std::string(file) + ':' + std::to_string(line) + ':' + std::to_string(column) + ':' +
         kUses.at(static_cast<std::size_t>(use));
}

}  // namespace

Mutation::Mutation() {
  if (const char* text = std::getenv("HEDDLE_MODEL_MUTATION")) {
    const std::string_view whole = text;
    const std::size_t colon = whole.rfind(':');
    mutated_ = whole.substr(0, colon);
    order_ = order_of(whole.substr(colon + 1));
  }
  if (const char* file = std::getenv("HEDDLE_MODEL_USES")) uses_file_ = file;
  is_active_ = !mutated_.empty() || !uses_file_.empty();
}

Mutation::~Mutation() {
  if (uses_file_.empty()) return;
  std::FILE* file = std::fopen(uses_file_.c_str(), "a");
  if (file == nullptr) {
    std::perror(uses_file_.c_str());
    return;
  }
  for (const auto& [place, order] : seen_) {
    const auto [name, line, column, use, written] = place;
    std::fprintf(file, "%s:%s\n", place_of(name, line, column, use).c_str(), name_of(written));
  }
  std::fclose(file);
}

std::memory_order Mutation::active(Use use, std::memory_order order, const std::source_location& where) {
  const auto [entry, is_new] =
      seen_.try_emplace({where.file_name(), where.line(), where.column(), use, order}, order);
  if (is_new && !mutated_.empty() &&
      place_of(where.file_name(), where.line(), where.column(), use).ends_with(mutated_)) {
    entry->second = order_;
  }
  return entry->second;
}

Mutation& mutation() {
  static Mutation the;
  return the;
}

}  // namespace heddle_model::detail
