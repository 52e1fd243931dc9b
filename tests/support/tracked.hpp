// SPDX-License-Identifier: MIT
// Tracked: an object whose life is counted, for tests of who destroys what, when and how often.
#pragma once

#include <heddle/marker/rules.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace heddle::test {

/// What became of the Tracked objects that report here. One thread at a time.
struct Lives {
  int made = 0;              ///< constructions of all kinds
  int alive = 0;             ///< constructions without a destruction
  int misused = 0;           ///< objects used or destroyed where none was constructed: a bitwise copy, a second death
  std::vector<int> ended{};  ///< the ids of the values that ended, in order; an object moved from has no value
};

/// An object with an id. It knows its own address, and so notices when a compiler copies its bytes.
class Tracked {
 public:
  explicit Tracked(Lives& lives, int id = 0) noexcept : lives_(&lives), id_(id) { born(); }
  Tracked(const Tracked& other) : lives_(other.lives_), id_(other.id()) { born(); }
  Tracked(Tracked&& other) noexcept : lives_(other.lives_), id_(std::exchange(other.id_, kMovedFrom)) {
    other.check();
    born();
  }
  Tracked& operator=(Tracked other) noexcept {
    check();
    std::swap(id_, other.id_);
    return *this;
  }
  ~Tracked() {
    check();
    self_ = nullptr;
    --lives_->alive;
    if (id_ != kMovedFrom) lives_->ended.push_back(id_);
    if (on_end_) on_end_();
  }

  [[nodiscard]] int id() const noexcept {
    check();
    return id_;
  }

  /// Runs `f` at the end of this object's destructor.
  void on_end(std::function<void()> f) { on_end_ = std::move(f); }

 private:
  static constexpr int kMovedFrom = -1;

  void born() noexcept {
    ++lives_->made;
    ++lives_->alive;
  }
  void check() const noexcept {
    if (self_ != this) ++lives_->misused;
  }

  const Tracked* self_ = this;
  Lives* lives_;
  int id_;
  std::function<void()> on_end_{};

  // A test keeps to one thread at a time.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::test
