// SPDX-License-Identifier: MIT
// How coroutines end other than by running to their end.
#include <heddle/future/detail/tree.hpp>

namespace heddle::inline v0::future::detail {

std::size_t awaiting_code(const Tree& tree, std::span<const void*> into) noexcept {
  std::size_t count = 0;
  Promise* promise = tree.next;
  if (promise == nullptr && tree.leaf != nullptr) promise = tree.leaf->awaiting;
  while (promise != nullptr && count < into.size()) {
    // SAFETY: in the ABI that all compilers for Linux share, a frame begins with the address to resume it at.
    into[count++] = *static_cast<const void* const*>(promise->handle().address());
    promise = promise->up().parent;
  }
  return count;
}

void leave(Promise& promise) noexcept {
  // The awaiter that asked for this dies with the frame: everything needed later is read first.
  Tree& tree = promise.tree();
  Link& up = promise.up();
  up.child = nullptr;
  promise.handle().destroy();
  tree.resume_consumer(up);
}

void drop_chain(Leaf& leaf) noexcept {
  Promise* promise = leaf.awaiting;
  while (promise != nullptr) {
    // `up` lies in the parent's frame, which lives until the next turn, or in the tree's future.
    Link& up = promise->up();
    Promise* parent = up.parent;
    up.child = nullptr;
    promise->handle().destroy();
    promise = parent;
  }
}

}  // namespace heddle::inline v0::future::detail
