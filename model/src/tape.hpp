// SPDX-License-Identifier: MIT
// The decisions of a run, in order: replayed up to where they differ from the run before, and then made anew.
#pragma once

#include "clock.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace heddle_model::detail {

/// One way to go on: a thread's next step, or something that happens to it from outside.
struct Turn {
  std::uint8_t thread = 0;
  /// A futex wait ends by itself.
  bool by_itself = false;
  friend bool operator==(const Turn&, const Turn&) = default;
};

using ThreadSet = std::uint16_t;
constexpr ThreadSet only(std::size_t thread) noexcept { return static_cast<ThreadSet>(1U << thread); }

class Tape {
 public:
  /// Depth first, through all decisions.
  void search() { *this = Tape(); }
  /// By random priorities; `steps` is how long a run is thought to be.
  void randomise(std::uint64_t seed, unsigned depth, std::uint32_t steps);
  /// As `replay()` said.
  void follow(const std::string& decisions);

  /// Before each run.
  void rewind() noexcept { next_ = 0; }
  /// After each run of a search: false when all is explored.
  bool advance() noexcept;

  /// One of `count` values; the first is the usual one.
  unsigned pick_value(unsigned count);

  struct Turns {
    std::array<Turn, 2 * kMaxThreads> turns;
    unsigned count = 0;
    void add(Turn turn) noexcept { turns[count++] = turn; }
  };
  /// One of `turns` whose thread isn't in `sleep`, which gains the threads whose turns here have been explored already;
  /// none if all are asleep.
  std::optional<Turn> pick_turn(const Turns& turns, ThreadSet& sleep);

  /// The step that the last pick_turn() began has yielded: nothing that follows stands for another order of it.
  void mark_restless() noexcept;

  [[nodiscard]] std::string replay() const;
  /// The model did something else than before with the same decisions.
  [[nodiscard]] bool diverged() const noexcept { return diverged_; }

 private:
  struct Node {
    bool is_turn = false;
    std::uint8_t taken = 0;
    std::uint8_t count = 0;
    // Of a turn: whose turns need not be taken here, and whose turns must not keep others from being taken later.
    ThreadSet sleep = 0;
    ThreadSet restless = 0;
    Turns turns;

    [[nodiscard]] Turn turn() const noexcept { return turns.turns[taken]; }
    /// Moves `taken` on to one that is not asleep.
    void skip_sleepers() noexcept {
      while (taken < count && !turn().by_itself && (sleep & only(turn().thread)) != 0) ++taken;
    }
  };

  [[nodiscard]] Node make_turn(const Turns& turns, ThreadSet sleep);
  std::uint8_t pick_by_priority(const Turns& turns);
  [[nodiscard]] static char letter_of(const Node& node) noexcept;

  std::vector<Node> nodes_;
  std::size_t next_ = 0;
  std::size_t last_turn_ = 0;
  bool has_last_turn_ = false;
  bool diverged_ = false;
  std::string follow_;

  // Random runs.
  std::optional<std::mt19937_64> random_;
  std::array<std::uint64_t, kMaxThreads> priorities_{};
  std::vector<std::uint32_t> changes_;
  std::uint32_t step_ = 0;
};

}  // namespace heddle_model::detail
