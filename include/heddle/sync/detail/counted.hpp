// SPDX-License-Identifier: MIT
// What Arc and Rc have in common: a value on the heap with its counts, and the handles to it.
#pragma once

#include <heddle/base/assert.hpp>

#include <concepts>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::sync::detail {

/// The value and its counts, in one allocation; over-aligned where T is.
template <class T, class Counts>
struct CountedBlock {
  Counts counts;
  // Lives while the strong count isn't 0.
  union {
    T value;
  };

  template <class... Args>
  explicit CountedBlock(std::in_place_t, Args&&... args) : value(std::forward<Args>(args)...) {}
  /// Without a value yet: the strong count is 0.
  CountedBlock() noexcept : counts(0, 1) {}
  CountedBlock(const CountedBlock&) = delete;
  CountedBlock& operator=(const CountedBlock&) = delete;
  ~CountedBlock() {}  // the value went with the last strong handle

  /// Gives up one weak count; frees the memory with the last.
  static void drop_weak(CountedBlock* block) noexcept {
    if (block->counts.drop_weak()) free(block);
  }
  // Out of line: inlined, GCC 12 believes that every later use of another handle is a use after this.
  [[gnu::noinline]] static void free(CountedBlock* block) noexcept { delete block; }
  [[gnu::noinline]] static void destroy_value(CountedBlock* block) noexcept {
    std::destroy_at(std::addressof(block->value));
    drop_weak(block);
  }
};

template <class T, class Counts, template <class> class Strong, template <class> class Weak>
class StrongHandle;

/// A weak handle: keeps the memory, not the value. `Strong` is the handle that it upgrades to.
template <class T, class Counts, template <class> class Strong, template <class> class Weak>
class WeakHandle {
  using Block = CountedBlock<T, Counts>;

 public:
  /// A handle to nothing.
  constexpr WeakHandle() noexcept = default;
  WeakHandle(WeakHandle&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  WeakHandle& operator=(WeakHandle&& other) noexcept {
    WeakHandle old(std::move(other));
    std::swap(block_, old.block_);
    return *this;
  }
  ~WeakHandle() {
    if (block_ != nullptr) Block::drop_weak(block_);
  }

  /// A handle that owns the value, if the value still lives.
  [[nodiscard]] std::optional<Strong<T>> upgrade() const noexcept {
    if (block_ == nullptr || !block_->counts.try_add_strong()) return std::nullopt;
    return Strong<T>(block_);
  }

  [[nodiscard]] Weak<T> clone() const noexcept {
    if (block_ != nullptr) block_->counts.clone_weak();
    return Weak<T>(block_);
  }

  [[nodiscard]] std::size_t strong_count() const noexcept { return block_ == nullptr ? 0 : block_->counts.strong(); }
  /// 0 once the value is gone.
  [[nodiscard]] std::size_t weak_count() const noexcept {
    // The strong handles' common count is still in it only while there are any.
    return strong_count() == 0 ? 0 : block_->counts.weak();
  }
  [[nodiscard]] bool ptr_eq(const Weak<T>& other) const noexcept { return block_ == other.block_; }

 protected:
  /// Takes over one weak count.
  explicit WeakHandle(Block* block) noexcept : block_(block) {}

 private:
  friend class StrongHandle<T, Counts, Strong, Weak>;

  Block* block_ = nullptr;
};

/// A handle that owns the value together with its clones. Empty only once moved from.
template <class T, class Counts, template <class> class Strong, template <class> class Weak>
class StrongHandle {
 protected:
  using Block = CountedBlock<T, Counts>;

 public:
  StrongHandle(StrongHandle&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  StrongHandle& operator=(StrongHandle&& other) noexcept {
    StrongHandle old(std::move(other));
    std::swap(block_, old.block_);
    return *this;
  }
  ~StrongHandle() {
    if (block_ != nullptr && block_->counts.drop_strong()) Block::destroy_value(block_);
  }

  /// Makes the value from `args`, in one allocation with the counts.
  template <class... Args>
    requires std::constructible_from<T, Args...>
  [[nodiscard]] static Strong<T> make(Args&&... args) {
    return Strong<T>(new Block(std::in_place, std::forward<Args>(args)...));
  }

  /// Makes a value that holds weak handles to itself: `build` gets one, which can't be upgraded before the value is
  /// there. If `build` throws, nothing is left but the handles that it kept.
  template <std::invocable<const Weak<T>&> F>
  [[nodiscard]] static Strong<T> new_cyclic(F&& build) {
    Weak<T> self(new Block);
    std::construct_at(std::addressof(self.block_->value), std::invoke(std::forward<F>(build), std::as_const(self)));
    // The weak count of `self` becomes the one that the strong handles hold together.
    Block* block = std::exchange(self.block_, nullptr);
    block->counts.publish();
    return Strong<T>(block);
  }

  [[nodiscard]] const T& operator*() const noexcept { return value(); }
  [[nodiscard]] const T* operator->() const noexcept { return std::addressof(value()); }
  [[nodiscard]] const T* get() const noexcept { return std::addressof(value()); }

  /// Another handle to the same value.
  [[nodiscard]] Strong<T> clone() const noexcept {
    HEDDLE_ASSERT(block_ != nullptr, "a handle that was moved from is cloned");
    block_->counts.add_strong();
    return Strong<T>(block_);
  }
  [[nodiscard]] Weak<T> downgrade() const noexcept {
    block_->counts.add_weak();
    return Weak<T>(block_);
  }

  /// How many handles own the value; with others on other threads, out of date at once.
  [[nodiscard]] std::size_t strong_count() const noexcept { return block_->counts.strong(); }
  [[nodiscard]] std::size_t weak_count() const noexcept { return block_->counts.weak(); }

  /// Do both own the same value?
  [[nodiscard]] bool ptr_eq(const Strong<T>& other) const noexcept { return block_ == other.block_; }

  /// The value to change, if no other handle exists, strong or weak; else null.
  [[nodiscard]] T* get_mut() noexcept {
    return block_->counts.is_unique() ? std::addressof(block_->value) : nullptr;
  }

  /// The value to change. If others own it too, this handle gets a copy of its own first; if only weak handles exist,
  /// they lose the value, which moves.
  T& make_mut()
    requires std::copy_constructible<T>
  {
    if (!block_->counts.is_unique()) [[unlikely]] take_own_copy();
    return block_->value;
  }

  /// The value, moved out, if this is the only strong handle; else the handle back. Weak handles lose the value.
  [[nodiscard]] std::expected<T, Strong<T>> try_unwrap() && {
    if (!block_->counts.try_take_last_strong()) return std::unexpected(Strong<T>(std::exchange(block_, nullptr)));
    const Last last(std::exchange(block_, nullptr));
    return std::move(last->value);
  }

  /// The value, moved out, if this is the last strong handle; else nothing, and the handle is gone. Of several threads
  /// that do this with all the handles there are, exactly one gets the value.
  [[nodiscard]] std::optional<T> into_inner() && {
    Block* block = std::exchange(block_, nullptr);
    if (!block->counts.drop_strong()) return std::nullopt;
    const Last last(block);
    return std::move(last->value);
  }

  /// Equal if the values are.
  friend bool operator==(const Strong<T>& a, const Strong<T>& b)
    requires std::equality_comparable<T>
  {
    return *a == *b;
  }

 protected:
  /// Takes over one strong count.
  explicit StrongHandle(Block* block) noexcept : block_(block) {}

 private:
  struct Destroy {
    void operator()(Block* block) const noexcept { Block::destroy_value(block); }
  };
  /// A block whose last strong count was taken away: its value is ours, and dies with this.
  using Last = std::unique_ptr<Block, Destroy>;

  [[nodiscard]] const T& value() const noexcept {
    HEDDLE_ASSERT(block_ != nullptr, "a handle that was moved from is used");
    return block_->value;
  }

  [[gnu::cold, gnu::noinline]] void take_own_copy() {
    if (!block_->counts.try_take_last_strong()) {
      *this = Strong<T>::make(value());
      return;
    }
    // Only weak handles besides: they lose the value, and nobody can take it up any more.
    Block* fresh = nullptr;
    try {
      fresh = new Block(std::in_place, std::move(block_->value));
    } catch (...) {
      block_->counts.publish();
      throw;
    }
    Block::destroy_value(std::exchange(block_, fresh));
  }

  Block* block_;
};

}  // namespace heddle::inline v0::sync::detail
