// SPDX-License-Identifier: MIT
// The machinery below every coroutine: how a tree of awaiting coroutines is polled, resumed and dropped.
//
//   Tree      one per coroutine that is polled from outside; lives in its future
//   Link      one per coroutine; lives with whoever consumes its result
//   Promise   one per coroutine; lives in its frame
//   Leaf      one per await of a future that is no coroutine; lives in the awaiting frame
//
//        Tree ----leaf-----------------------------.
//         ^  \                                     v
//         |   next: the coroutine to resume      Leaf
//         |                                        | awaiting
//   Link <--up-- Promise A  <--parent-- Link <--up-- Promise B
//      --child-->                          --child-->              (A awaits B, B awaits the leaf)
//
// A poll of the tree re-polls the leaf, in O(1) whatever the depth, and resumes B only when the leaf is ready.
// Awaiting a child sets `next` and returns to the loop in run(): no coroutine resumes another, so a loop of a million
// ready children and a recursion of depth 100,000 need constant stack, in every build of every compiler. (Symmetric
// transfer is no tail call in GCC 12 without optimisation, nor under its sanitizers.)
//
// Invariants
//   1. While nothing runs, a tree that was polled and isn't done has exactly one leaf, at its innermost coroutine.
//   2. A coroutine writes its result through `up` and is then destroyed before its consumer runs. From the write of
//      `up->child = nullptr` on, the Link belongs to the consumer.
//   3. `tree` of every promise in a chain is the Tree of the outermost.
#pragma once

#include <heddle/base/block_cache.hpp>
#include <heddle/future/context.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <span>
#include <utility>

namespace heddle::inline v0::future::detail {

class Promise;
struct Tree;

/// What came of polling a leaf.
enum class Step : std::uint8_t {
  kPending,  ///< nothing to do
  kResume,   ///< the awaiting coroutine goes on
  kLeft,     ///< the awaiting coroutine returned early (`ok`) and is destroyed; Tree::next says who is next
};

/// The await at which a tree is suspended.
struct Leaf {
  Step (*poll)(Leaf&, Context&) noexcept;
  Promise* awaiting;

  Leaf(Step (*poll_leaf)(Leaf&, Context&) noexcept, Promise& promise) noexcept
      : poll(poll_leaf), awaiting(&promise) {}
};

/// Ties a coroutine to the consumer of its result.
struct Link {
  /// Null once the coroutine is gone.
  Promise* child = nullptr;
  /// Null for the outermost coroutine of a tree.
  Promise* parent = nullptr;
  /// If set, called instead of resuming the parent (`ok` looks at the result first).
  void (*intercept)(Link&, Tree&) noexcept = nullptr;

  Link() = default;
  explicit Link(Promise* coroutine) noexcept : child(coroutine) {}
};

struct Tree {
  /// Of the poll that goes on, or of the last one; null before the first.
  Context* context = nullptr;
  /// The coroutine that runs, or the one to resume when that returns.
  Promise* next = nullptr;
  Link* intercepted = nullptr;
  /// Null before the first poll, while running, and when done.
  Leaf* leaf = nullptr;
  /// The await of a leaf that was begun last: where the tree is suspended, if it is.
  std::source_location awaited;
  /// How many blocking guards the thread held when this poll began: those are not the tree's.
  std::uint32_t guards_before = 0;

  /// The coroutine behind `up` is done: its consumer is next.
  void resume_consumer(Link& up) noexcept {
    if (up.intercept != nullptr) [[unlikely]] {
      intercepted = &up;
    } else {
      next = up.parent;
    }
  }
};

/// Base of every promise, at the same address: a Promise is as good as a coroutine handle.
class Promise {
 public:
  Promise() = default;
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;

  [[nodiscard]] std::coroutine_handle<> handle() noexcept {
    // SAFETY: every promise derives from Promise alone and has its alignment (checked where promises are made), so
    // the distance from promise to frame is the same.
    return std::coroutine_handle<Promise>::from_promise(*this);
  }

  [[nodiscard]] Tree& tree() const noexcept { return *tree_; }
  [[nodiscard]] Link& up() const noexcept { return *up_; }

  void attach(Tree& tree, Link& up) noexcept {
    tree_ = &tree;
    up_ = &up;
  }

  static void* operator new(std::size_t size) { return base::allocate_block(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { base::free_block(frame, size); }

  static std::suspend_always initial_suspend() noexcept { return {}; }

  /// Doesn't suspend: the frame destroys itself, parameters included, before the consumer runs.
  class Final {
   public:
    explicit Final(Promise& promise) noexcept : promise_(promise) {}
    [[nodiscard]] bool await_ready() const noexcept {
      Link& up = promise_.up();
      up.child = nullptr;
      promise_.tree().resume_consumer(up);
      return true;
    }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}

   private:
    Promise& promise_;
  };
  Final final_suspend() noexcept { return Final(*this); }

 private:
  Tree* tree_ = nullptr;
  Link* up_ = nullptr;
};

/// Resumes coroutines until the tree is suspended or done.
inline void run(Tree& tree) noexcept {
  for (;;) {
    while (Promise* running = tree.next) {
      running->handle().resume();
      // It has named its successor, unless it waits. (A coroutine never names itself.)
      if (tree.next == running) tree.next = nullptr;
    }
    Link* link = std::exchange(tree.intercepted, nullptr);
    if (link == nullptr) [[likely]] return;
    link->intercept(*link, tree);
  }
}

/// Writes down, innermost first, where the coroutines of a chain are resumed: addresses in their code. Only while the tree
/// stands still: it is suspended, or its thread is in a signal handler. Reads memory and calls nobody.
[[nodiscard]] std::size_t awaiting_code(const Tree& tree, std::span<const void*> into) noexcept;

/// Destroys the suspended coroutine of `promise`, which has written its result or gives none, as if it had ended.
void leave(Promise& promise) noexcept;

/// Destroys a suspended chain, innermost first, in a loop: however deep it is, the stack isn't.
void drop_chain(Leaf& leaf) noexcept;

}  // namespace heddle::inline v0::future::detail
