// SPDX-License-Identifier: MIT
// Search, replay and chance.
#include "tape.hpp"

#include <algorithm>
#include <string_view>

namespace heddle_model::detail {

namespace {

// A decision is one letter: a turn by its thread, so that it means the same whatever else could have been done.
constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr unsigned kMostValues = kLetters.size();

unsigned code_of(Turn turn) noexcept { return turn.thread + (turn.by_itself ? kMaxThreads : 0U); }

}  // namespace

void Tape::randomise(std::uint64_t seed, unsigned depth, std::uint32_t steps) {
  *this = Tape();
  random_.emplace(seed);
  for (std::uint64_t& priority : priorities_) priority = (*random_)() / 2 + depth;
  // The i-th change gives the running thread a priority below all before.
  for (unsigned i = 0; i + 1 < depth; ++i) changes_.push_back(static_cast<std::uint32_t>((*random_)() % (steps + 1)));
  std::ranges::sort(changes_);
}

void Tape::follow(const std::string& decisions) {
  *this = Tape();
  follow_ = decisions;
}

unsigned Tape::pick_value(unsigned count) {
  count = std::min(count, kMostValues);
  if (count == 1) return 0;
  if (next_ < nodes_.size()) {
    const Node& node = nodes_[next_++];
    diverged_ |= node.is_turn || node.count != count;
    return std::min<unsigned>(node.taken, count - 1);
  }
  Node node;
  node.count = static_cast<std::uint8_t>(count);
  if (next_ < follow_.size()) {
    const std::size_t value = kLetters.find(follow_[next_]);
    diverged_ |= value >= count;
    node.taken = static_cast<std::uint8_t>(std::min<std::size_t>(value, count - 1));
  } else if (random_) {
    node.taken = static_cast<std::uint8_t>((*random_)() % count);
  }
  nodes_.push_back(node);
  ++next_;
  return node.taken;
}

std::uint8_t Tape::pick_by_priority(const Turns& turns) {
  if (!changes_.empty() && step_ >= changes_.front()) {
    changes_.erase(changes_.begin());
    priorities_[turns.turns[0].thread] = changes_.size();
  }
  unsigned best = 0;
  for (unsigned i = 1; i < turns.count; ++i) {
    if (priorities_[turns.turns[i].thread] > priorities_[turns.turns[best].thread]) best = i;
  }
  return static_cast<std::uint8_t>(best);
}

Tape::Node Tape::make_turn(const Turns& turns, ThreadSet sleep) {
  Node node;
  node.is_turn = true;
  node.count = static_cast<std::uint8_t>(turns.count);
  node.turns = turns;
  node.sleep = sleep;
  if (next_ < follow_.size()) {
    const std::size_t code = kLetters.find(follow_[next_]);
    while (node.taken + 1U < turns.count && code_of(node.turn()) != code) ++node.taken;
    diverged_ |= code_of(node.turn()) != code;
  } else if (random_) {
    node.taken = pick_by_priority(turns);
  } else {
    node.skip_sleepers();
  }
  return node;
}

std::optional<Turn> Tape::pick_turn(const Turns& turns, ThreadSet& sleep) {
  ++step_;
  has_last_turn_ = turns.count > 1;
  if (turns.count == 1) {
    const Turn turn = turns.turns[0];
    return !turn.by_itself && (sleep & only(turn.thread)) != 0 ? std::nullopt : std::optional(turn);
  }
  if (next_ == nodes_.size()) {
    Node node = make_turn(turns, sleep);
    if (node.taken == node.count) return std::nullopt;
    nodes_.push_back(node);
  }
  last_turn_ = next_;
  const Node& node = nodes_[next_++];
  diverged_ |= !node.is_turn || node.count != turns.count;
  sleep = node.sleep;
  return node.turn();
}

void Tape::mark_restless() noexcept {
  if (!has_last_turn_) return;
  Node& node = nodes_[last_turn_];
  node.restless = static_cast<ThreadSet>(node.restless | only(node.turn().thread));
}

bool Tape::advance() noexcept {
  while (!nodes_.empty()) {
    Node& node = nodes_.back();
    if (node.is_turn) {
      const Turn turn = node.turn();
      // What happens to a thread from outside is no step of its own.
      if (!turn.by_itself) node.sleep = static_cast<ThreadSet>(node.sleep | (only(turn.thread) & ~node.restless));
    }
    ++node.taken;
    if (node.is_turn) node.skip_sleepers();
    if (node.taken < node.count) return true;
    nodes_.pop_back();
  }
  return false;
}

char Tape::letter_of(const Node& node) noexcept { return kLetters[node.is_turn ? code_of(node.turn()) : node.taken]; }

std::string Tape::replay() const {
  std::string decisions;
  for (std::size_t i = 0; i < next_; ++i) decisions += letter_of(nodes_[i]);
  return decisions;
}

}  // namespace heddle_model::detail
