// SPDX-License-Identifier: MIT
// FuturesUnordered: many futures in one task, each polled only when it was woken, their results as they come.
#pragma once

#include <heddle/base/block_cache.hpp>
#include <heddle/future/detail/held.hpp>
#include <heddle/future/detail/ready_queue.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/rules.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace future {

/// The future of next(): the next result of a set, or nothing when it has no member.
template <class Set>
class [[nodiscard]] NextOf {
 public:
  using Output = std::optional<typename Set::Item>;
  static constexpr Loss kLoss = Loss::kLossless;

  explicit NextOf(Set& set) noexcept : set_(&set) {}
  Poll<Output> poll(Context& cx) { return set_->poll_next(cx); }
  void cancel() noexcept {}

 private:
  Set* set_;
};

}  // namespace future

/// A set of futures of one type that are polled side by side in one task: `while (auto r = co_await set.next()) use(*r);`
///
/// Shape       `push` takes over a future that is movable until polled: a Task, a JoinHandle … What isn't (an Async, a
///             Sleep) is made in its place: `set.push_with([&] { return f(x); })`. Both may be called at any time: between
///             two results, and by a member that runs.
/// Returns     next(): the result of a member that has ended, in the order in which they end; a result of void is Unit, of
///             a reference a pointer. Nothing when there is no member: push others, and go on.
/// Errors      What a member throws comes out of next(); that member is gone, the others stay.
/// Cancelling  Dropping next() loses nothing. Destroying the set, or clear(), destroys every member where it stands.
/// Threads     Used by one at a time; its members' wakers by any.
/// Cost        A block of memory per member, recycled. A wake, and the poll that follows, cost the same however many
///             members there are. A poll of the set gives its task's other arms a turn once it has polled as many members
///             as it had, or two have yielded.
///
/// Corresponds to `futures::stream::FuturesUnordered`. Unlike spawned tasks its members share their task's thread and may
/// borrow; see task::JoinSet for tasks.
template <Future F>
class FuturesUnordered {
  using T = OutputOf<F>;

 public:
  using Item = base::Stored<T>;

  FuturesUnordered() = default;
  /// Leaves an empty set.
  FuturesUnordered(FuturesUnordered&&) = default;
  ~FuturesUnordered() { clear(); }

  /// Adds a future. It is polled by the next poll of the set, which is woken for it.
  void push(F future)
    requires std::move_constructible<F>
  {
    push_with([&future] { return std::move(future); });
  }
  /// The same with what `make()` returns, which need not be movable.
  template <class Make>
    requires std::same_as<std::invoke_result_t<Make>, F>
  void push_with(Make&& make) {
    set_.add(*new Member(set_.queue(), std::forward<Make>(make)));
  }

  /// The next result, or nothing when there is no member.
  future::NextOf<FuturesUnordered> next() noexcept { return future::NextOf<FuturesUnordered>(*this); }

  /// How many members have not given their results.
  [[nodiscard]] std::size_t len() const noexcept { return set_.size(); }
  [[nodiscard]] bool is_empty() const noexcept { return set_.size() == 0; }

  /// Destroys all members, the oldest first.
  void clear() noexcept {
    while (future::detail::ReadyNode* oldest = set_.front()) end(static_cast<Member&>(*oldest));
  }

  /// A step of next().
  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (is_empty()) return Poll<std::optional<Item>>(std::in_place);
    if (!cx.may_proceed()) return Pending;
    const std::size_t most_polls = len();
    std::size_t polls = 0;
    std::size_t yields = 0;
    while (set_.any_ready(cx.waker())) {
      // Members that are ready for ever must not keep what is polled beside the set from its turn.
      if (polls >= most_polls || yields >= kMostYields) {
        cx.yield();
        return Pending;
      }
      future::detail::ReadyNode* ready = set_.pop();
      if (ready == nullptr) continue;
      ++polls;
      Poll<T> answer = poll_member(static_cast<Member&>(*ready), cx, yields);
      if (answer.is_ready()) return Poll<std::optional<Item>>(std::in_place, std::in_place, std::move(*answer));
    }
    return Pending;
  }

 private:
  static constexpr std::size_t kMostYields = 2;  // the number of the futures crate

  class Member final : public future::detail::ReadyNode, public base::Recycled<Member> {
   public:
    template <class Make>
    Member(future::detail::ReadyQueue& queue, Make&& make) : ReadyNode(kVTable, queue) {
      future_.make(std::forward<Make>(make));
    }
    [[nodiscard]] F& future() noexcept { return *future_; }
    void drop_future() noexcept { future_.reset(); }

   private:
    static void destroy(future::WakeTarget& target) noexcept { delete &static_cast<Member&>(target); }
    static constexpr future::WakeTarget::VTable kVTable{&ReadyNode::wake_by_value, &ReadyNode::wake_by_reference,
                                                        &Member::destroy};
    future::detail::Place<F> future_;
  };

  /// Polls a member that was popped, with the reference of its place; ends it if it is ready or throws.
  Poll<T> poll_member(Member& member, Context& cx, std::size_t& yields) {
    Waker waker = Waker::adopt(member);
    const std::uint32_t budget = cx.budget();
    Context own(waker, budget);
    try {
      Poll<T> answer = member.future().poll(own);
      const bool yielded = own.take_yielded();
      cx.set_budget(own.budget());
      if (answer.is_ready()) {
        if (own.budget() == budget) cx.made_progress();  // a loop over what is ready must end its turn all the same
        end(member);
      } else if (yielded) {
        ++yields;
        static_cast<void>(std::move(waker).into_raw());
        set_.push_back(member);
      }
      return answer;
    } catch (...) {
      static_cast<void>(own.take_yielded());
      cx.set_budget(own.budget());
      end(member);
      throw;
    }
  }

  void end(Member& member) noexcept {
    set_.remove(member);
    member.drop_future();  // which may push or clear
    member.drop_reference();
  }

  future::detail::ReadySet set_;
};

}  // namespace heddle::inline v0

namespace heddle::inline v0::marker {

// Members are moved with the set; their wakers count with atomics.
template <class F>
struct unsafe_rules<FuturesUnordered<F>> {
  using Send = If<IsSend<F>>;
  using Sync = If<IsSync<F>>;
  using Owned = If<IsOwned<F>>;
};
template <class Set>
struct unsafe_rules<future::NextOf<Set>> {
  using Send = If<IsSend<Set>>;
};

}  // namespace heddle::inline v0::marker
