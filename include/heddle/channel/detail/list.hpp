// SPDX-License-Identifier: MIT
// The messages of an unbounded channel: a list of blocks, whose two ends belong to the two sides.
//
//   first         tail_
//   [####]->[####]->[##..]
//     ^read          ^write
//
// Senders write at the tail, under Core's lock. Receivers read at the head, without it: they once take the lock to
// claim all that is stored so far, and then read that many slots alone. So a burst of messages costs a receiver one
// lock, and the sides meet on one cache line per claim.
//
// Who owns what
//   1. tail_, written_, first_: guarded by Core's lock.
//   2. A slot belongs to the senders until it is claimed, then to the receivers. The lock of the claim publishes it, and
//      the `next` of every block before it.
//   3. head_, read_, claimed_: the receivers'. One receiver owns them alone; several share them under `front_lock`.
//   4. A block is the receivers' to free once all its slots are read and they have moved on to the next, which exists
//      then: the senders' tail_ is that one or a later one.
//   5. spare_ is exchanged: who gets a block from it owns it.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/cache_padded.hpp>
#include <heddle/base/spin_lock.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace heddle::inline v0::channel::detail {

template <class T>
struct Block {
  // About a kilobyte: a few small messages in an idle channel shouldn't cost a page, a hundred share an allocation.
  static constexpr std::size_t kSlots = std::clamp<std::size_t>((1024 - sizeof(void*)) / sizeof(T), 4, 127);

  Block() noexcept {}
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {}

  Block* next = nullptr;
  union {
    std::array<T, kSlots> slots;
  };
};

template <class T>
class ListQueue {
 public:
  ListQueue() noexcept {}
  ListQueue(const ListQueue&) = delete;
  ListQueue& operator=(const ListQueue&) = delete;
  /// Every message must have been claimed and read.
  ~ListQueue() {
    Block<T>* block = head_ != nullptr ? head_ : first_;
    while (block != nullptr) delete std::exchange(block, block->next);
    delete spare_.load(base::acquire);  // acquire: pairs with the release in retire
  }

  // Senders, under Core's lock.

  [[nodiscard]] bool needs_block() const noexcept { return written_ == Block<T>::kSlots; }

  /// A block for add_block, made outside of the lock.
  [[nodiscard]] std::unique_ptr<Block<T>> make_block() {
    // acq_rel: pairs with the exchange in retire; the receivers' last reads happen before our writes.
    if (Block<T>* block = spare_.exchange(nullptr, base::acq_rel)) {
      block->next = nullptr;
      return std::unique_ptr<Block<T>>(block);
    }
    return std::make_unique<Block<T>>();
  }

  void add_block(std::unique_ptr<Block<T>> block) noexcept {
    Block<T>* const added = block.release();
    (tail_ == nullptr ? first_ : tail_->next) = added;
    tail_ = added;
    written_ = 0;
  }

  /// Only while no block is needed.
  void push(T& value) {
    std::construct_at(tail_->slots.data() + written_, std::move(value));
    ++written_;
  }

  // Receivers.

  /// Under Core's lock: `count` more messages are the receivers'.
  void claim(std::size_t count) noexcept {
    if (head_ == nullptr) head_ = first_;
    set_claimed(count);
  }

  /// How many are left of the claim; any thread may ask.
  [[nodiscard]] std::size_t claimed() const noexcept { return claimed_.load(base::relaxed); }

  /// Only while one is claimed. `take` gets it as an rvalue.
  template <class Take>
  void pop(Take&& take) {
    if (read_ == Block<T>::kSlots) retire();
    pop_fast(take);
  }

  /// The same in two steps, where the block needn't be changed.
  [[nodiscard]] bool can_pop_fast() const noexcept { return claimed() != 0 && read_ != Block<T>::kSlots; }
  template <class Take>
  [[gnu::always_inline]] void pop_fast(Take&& take) {
    T& value = head_->slots[read_];
    take(std::move(value));
    std::destroy_at(std::addressof(value));
    ++read_;
    set_claimed(claimed() - 1);
  }

  /// Guards the receivers' end where several share it.
  base::SpinLock front_lock;

 private:
  // Relaxed, and a store instead of a subtraction: only the receivers write it, and others only want a number.
  void set_claimed(std::size_t count) noexcept { claimed_.store(count, base::relaxed); }

  void retire() noexcept {
    Block<T>* const done = std::exchange(head_, head_->next);
    read_ = 0;
    // One block is kept for the senders: a steady stream then allocates nothing. acq_rel: see make_block.
    delete spare_.exchange(done, base::acq_rel);
  }

  // See rule 1.
  Block<T>* first_ = nullptr;
  Block<T>* tail_ = nullptr;
  std::size_t written_ = Block<T>::kSlots;
  // Atomic; see rule 5.
  base::atomic<Block<T>*> spare_{nullptr};

  // See rule 3.
  alignas(base::kCacheLine) Block<T>* head_ = nullptr;
  std::size_t read_ = 0;
  base::atomic<std::size_t> claimed_{0};
};

}  // namespace heddle::inline v0::channel::detail
