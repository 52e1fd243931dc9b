// SPDX-License-Identifier: MIT
// TaskSet: the handles of many tasks, each with a waker of its own: what JoinSet and JoinMap stand on.
//
// A member waits in no queue until its task has ended: the task's join waker is the member, and wakes it into the set's
// queue (future/detail/ready_queue.hpp). So whoever takes a member out of the queue finds a result.
#pragma once

#include <heddle/base/assert.hpp>
#include <heddle/base/block_cache.hpp>
#include <heddle/future/detail/ready_queue.hpp>
#include <heddle/future/future.hpp>
#include <heddle/runtime/join_handle.hpp>

#include <cstddef>
#include <expected>
#include <optional>
#include <utility>

namespace heddle::inline v0::runtime::detail {

/// What a member was: its task's id and result, and the tag that it was added with.
template <class T, class Tag>
struct EndedTask {
  task::Id id;
  Tag tag;
  std::expected<T, task::JoinError> result;
  EndedTask(task::Id i, Tag t, std::expected<T, task::JoinError> r) : id(i), tag(std::move(t)), result(std::move(r)) {}
};

/// Drops what a task gave, and reports an exception that nobody saw.
template <class T>
void discard(const std::expected<T, task::JoinError>& result) noexcept {
  if (!result.has_value() && result.error().is_panic()) report_unseen_panic(result.error());
}

/// Tasks that give a T; each has a tag. Used by one at a time.
template <class T, class Tag>
class TaskSet {
 public:
  using Ended = EndedTask<T, Tag>;

  class Member final : public future::detail::ReadyNode, public base::Recycled<Member> {
   public:
    Member(future::detail::ReadyQueue& queue, task::JoinHandle<T> task, Tag its_tag)
        : ReadyNode(kVTable, queue), tag(std::move(its_tag)), handle_(std::move(task)) {}

    void abort() const noexcept { handle_.abort(); }
    [[nodiscard]] task::AbortHandle abort_handle() const noexcept { return handle_.abort_handle(); }

    Tag tag;

   private:
    friend class TaskSet;
    static void destroy(future::WakeTarget& target) noexcept { delete &static_cast<Member&>(target); }
    static constexpr future::WakeTarget::VTable kVTable{&ReadyNode::wake_by_value, &ReadyNode::wake_by_reference,
                                                        &Member::destroy};
    // Refers to the task, whose join waker refers to this: so it is moved out when the member leaves the set.
    task::JoinHandle<T> handle_;
  };

  TaskSet() = default;
  TaskSet(TaskSet&&) = default;
  TaskSet& operator=(TaskSet&& other) noexcept {
    if (this == &other) return *this;
    abort_all();
    detach_all();
    set_.swap(other.set_);
    return *this;
  }
  /// Aborts every task.
  ~TaskSet() {
    abort_all();
    detach_all();
  }

  [[nodiscard]] std::size_t size() const noexcept { return set_.size(); }

  /// The member lives until it has left the set.
  Member& add(task::JoinHandle<T> task, Tag tag) {
    auto* member = new Member(set_.queue(), std::move(task), std::move(tag));
    Waker waker = set_.add_idle(*member);
    if (member->handle_.wait(waker)) std::move(waker).wake();
    return *member;
  }

  void abort_all() noexcept {
    for (auto* node = set_.front(); node != nullptr; node = set_.next(*node)) static_cast<Member*>(node)->abort();
  }

  void detach_all() noexcept {
    while (auto* node = set_.front()) static_cast<void>(take_out(static_cast<Member&>(*node)));
  }

  /// The next that ended, or nothing when there is no member.
  Poll<std::optional<Ended>> poll_next(Context& cx) {
    if (size() == 0) return Poll<std::optional<Ended>>(std::in_place);
    if (!cx.may_proceed()) return Pending;
    while (set_.any_ready(cx.waker())) {
      if (auto* node = set_.pop()) {
        cx.made_progress();
        const Waker place = Waker::adopt(*node);
        return Poll<std::optional<Ended>>(std::in_place, std::in_place, end(static_cast<Member&>(*node)));
      }
    }
    return Pending;
  }

 private:
  task::JoinHandle<T> take_out(Member& member) noexcept {
    task::JoinHandle<T> handle = std::move(member.handle_);
    set_.remove(member);
    member.drop_reference();
    return handle;
  }

  Ended end(Member& member) {
    Tag tag = std::move(member.tag);
    task::JoinHandle<T> handle = take_out(member);
    const Waker nobody;
    Context cx(nobody);
    auto result = handle.poll(cx);
    HEDDLE_INVARIANT(result.is_ready(), "a member of a set was woken before its task had ended");
    return Ended(handle.id(), std::move(tag), std::move(*result));
  }

  future::detail::ReadySet set_;
};

/// What spawning into a set gives: the refusal of the door, where it refuses.
template <class Spawned>
struct AddedTask {
  using type = Spawned;
};
template <class T>
struct AddedTask<task::JoinHandle<T>> {
  using type = task::AbortHandle;
};
template <class Spawned>
using Added = typename AddedTask<Spawned>::type;

}  // namespace heddle::inline v0::runtime::detail
