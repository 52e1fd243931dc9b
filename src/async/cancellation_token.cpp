// SPDX-License-Identifier: MIT
// The tree of cancellation tokens.
//
//   1. A node lives while it has handles. Children don't keep their parent alive: the last handle of a node hands its
//      children to the node above, so a chain of tokens, each the child of the one before, needs no memory for the
//      dead.
//   2. The nodes of a tree share one TokenTree, with the lock that guards all links and waiters. There is no order of
//      locks to keep, and no recursion.
//   3. A cancelled node is in no tree: it has no parent and no children.
#include <heddle/async/cancellation_token.hpp>

#include <memory>

namespace heddle::inline v0::async {

namespace detail {

struct TokenTree {
  base::SpinLock lock;
};

class TokenNode : public base::ListNode<> {
 public:
  explicit TokenNode(std::shared_ptr<TokenTree> tree) noexcept : tree_(std::move(tree)) {}

  // Acquire: pairs with the store in cancel(): what was written before the cancellation is seen after it.
  [[nodiscard]] bool is_cancelled() const noexcept { return cancelled_.load(base::acquire); }

  // Relaxed: a new handle is made from one that lives.
  void add_handle() noexcept { handles_.fetch_add(1, base::relaxed); }
  void drop_handle() noexcept;

  [[nodiscard]] TokenNode* make_child();
  void cancel() noexcept;

  bool wait(future::Waiter& waiter, const Context& cx) noexcept {
    return future::wait_until(tree_->lock, waiters_, waiter, cx, [this] { return is_cancelled(); });
  }
  void stop_waiting(future::Waiter& waiter) noexcept {
    static_cast<void>(future::stop_waiting(tree_->lock, waiters_, waiter));
  }

 private:
  void leave_tree() noexcept;

  // Constant after construction.
  const std::shared_ptr<TokenTree> tree_;
  // Atomic.
  base::atomic<std::size_t> handles_{1};
  // Written with the lock held.
  base::atomic<bool> cancelled_{false};
  // Guarded by the tree's lock.
  TokenNode* parent_ = nullptr;
  base::IntrusiveList<TokenNode> children_;
  future::WaitList waiters_;
};

TokenNode* TokenNode::make_child() {
  auto child = std::make_unique<TokenNode>(tree_);
  const std::lock_guard guard(tree_->lock);
  if (is_cancelled()) {
    child->cancelled_.store(true, base::relaxed);  // nobody else sees it yet
  } else {
    child->parent_ = this;
    children_.push_back(*child);
  }
  return child.release();
}

void TokenNode::cancel() noexcept {
  std::unique_lock guard(tree_->lock);
  if (is_cancelled()) return;
  if (parent_ != nullptr) base::IntrusiveList<TokenNode>::remove(*this);
  // A node in this list is in no other, and can't be deleted: its last handle takes the lock first.
  base::IntrusiveList<TokenNode> cancelling;
  cancelling.push_back(*this);
  future::WaitList waiters;
  while (TokenNode* node = cancelling.pop_front()) {
    node->parent_ = nullptr;
    cancelling.splice_back(node->children_);
    node->cancelled_.store(true, base::release);  // pairs with is_cancelled()
    waiters.splice_back(node->waiters_);
  }
  // The lock outlives the last handle, which one of those who are woken may hold.
  const std::shared_ptr<TokenTree> tree = tree_;
  waiters.wake_all(std::move(guard));
}

void TokenNode::drop_handle() noexcept {
  // acq_rel: every use of every handle happens before the deletion.
  if (handles_.fetch_sub(1, base::acq_rel) != 1) return;
  leave_tree();
  delete this;
}

void TokenNode::leave_tree() noexcept {
  const std::lock_guard guard(tree_->lock);
  if (parent_ != nullptr) base::IntrusiveList<TokenNode>::remove(*this);
  for (TokenNode* child = children_.front(); child != nullptr; child = children_.next(*child)) child->parent_ = parent_;
  if (parent_ != nullptr) {
    parent_->children_.splice_back(children_);
  } else {
    while (children_.pop_front() != nullptr) {
    }
  }
}

}  // namespace detail

CancellationToken::CancellationToken()
    : node_(new detail::TokenNode(std::make_shared<detail::TokenTree>())) {}

CancellationToken CancellationToken::clone() const noexcept {
  node_->add_handle();
  return CancellationToken(node_);
}

CancellationToken CancellationToken::child_token() const { return CancellationToken(node_->make_child()); }

void CancellationToken::cancel() const noexcept { node_->cancel(); }

bool CancellationToken::is_cancelled() const noexcept { return node_->is_cancelled(); }

void CancellationToken::release() noexcept {
  if (node_ != nullptr) node_->drop_handle();
}

Cancelled::~Cancelled() { node_.stop_waiting(waiter_); }

Poll<void> Cancelled::poll(Context& cx) noexcept {
  if (!cx.may_proceed()) return Pending;
  if ((waiter_.began() || !node_.is_cancelled()) && !node_.wait(waiter_, cx)) return Pending;
  cx.made_progress();
  return Ready();
}

}  // namespace heddle::inline v0::async
