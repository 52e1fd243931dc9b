// SPDX-License-Identifier: MIT
// Receiver: the end of a channel that messages come out of, for threads and tasks.
#pragma once

#include <heddle/channel/detail/shared.hpp>
#include <heddle/channel/error.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/rules.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <expected>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace heddle::inline v0::channel {

namespace detail {

/// What the futures of a receiver have in common: a wait that loses nothing when dropped.
template <class T>
class Receiving {
 public:
  explicit Receiving(Shared<T>& shared) noexcept : shared_(shared) {}
  Receiving(const Receiving&) = delete;
  Receiving& operator=(const Receiving&) = delete;
  ~Receiving() { cancel(); }

  void cancel() noexcept {
    if (waiter_.is_made()) [[unlikely]] stop_waiting();
  }

  /// One poll: kDone when `take` got a message, kClosed when none will come. `entry` is what poll_fast left.
  template <class Take>
  Attempt poll(Context& cx, Take&& take, Entry entry = Entry::kOpen) {
    if (!cx.may_proceed()) return Attempt::kWouldWait;
    Waiter& waiter = waiter_.made();
    if (waiter.now() == Wait::kQueued && shared_.rearm(waiter, cx.waker())) return Attempt::kWouldWait;
    // What told us to look again is used up when we have looked: not before, since looking may throw.
    const Attempt step = waiter.now() == Wait::kDone ? take_parcel(take, waiter) : look(cx, take, waiter, entry);
    if (step == Attempt::kWouldWait) return step;
    waiter.state.store(Wait::kIdle, base::relaxed);  // its owner's again
    cx.made_progress();
    return step;
  }

  /// The usual poll, when nobody has to wait, or one that was told to look again: kDone if `take` got a message.
  template <class Take>
  [[gnu::always_inline]] Fast poll_fast(Context& cx, Take&& take) noexcept {
    if (cx.budget() == 0) return Fast::kOpen;
    if (waiter_.is_made() && waiter_.get().now() != Wait::kNotified) return Fast::kOpen;
    const Fast fast = shared_.try_recv_fast(take);
    if (fast != Fast::kDone) return fast;
    waiter_.reset();
    cx.made_progress();
    return fast;
  }

  [[nodiscard]] Shared<T>& shared() const noexcept { return shared_; }

 private:
  template <class Take>
  Attempt look(Context& cx, Take& take, Waiter& waiter, Entry entry) {
    if (shared_.flavor() == Flavor::kZero && waiter.cell == nullptr) {
      if (const Attempt step = shared_.recv(take, Waiting()); step != Attempt::kWouldWait) return step;
      waiter.cell = new Parcel<T>;
    }
    return shared_.recv(take, Waiting(waiter, cx.waker()), entry);
  }

  template <class Take>
  Attempt take_parcel(Take& take, Waiter& waiter) {
    take(std::move(parcel(waiter)->value));
    delete parcel(waiter);
    waiter.cell = nullptr;
    return Attempt::kDone;
  }

  [[gnu::noinline]] void stop_waiting() noexcept {
    Waiter& waiter = waiter_.get();
    // Relaxed: cancel_receiver looks again under the lock.
    if (waiter.state.load(base::relaxed) != Wait::kIdle) shared_.cancel_receiver(waiter);
    delete parcel(waiter);
    waiter_.reset();
  }

  // SAFETY: only `look` sets the cell, to a Parcel<T>.
  [[nodiscard]] static Parcel<T>* parcel(Waiter& waiter) noexcept { return static_cast<Parcel<T>*>(waiter.cell); }

  Shared<T>& shared_;
  OwnWaiter waiter_;
};

}  // namespace detail

/// The future behind recv_async. Borrows the receiver.
template <class T>
class [[nodiscard("a receive does nothing until it is awaited")]] RecvFuture {
 public:
  using Output = std::optional<T>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit RecvFuture(detail::Shared<T>& shared) noexcept : receiving_(shared) {}
  RecvFuture(RecvFuture&&) = delete;

  /// Drops it where it stands.
  void cancel() noexcept { receiving_.cancel(); }

  [[gnu::always_inline]] Poll<Output> poll(Context& cx) {
    detail::Fast fast = detail::Fast::kOpen;
    if (!done_) {
      Output message;
      fast = receiving_.poll_fast(cx, [&](T&& value) { message.emplace(std::move(value)); });
      if (fast == detail::Fast::kDone) [[likely]] {
        done_ = true;
        return Poll<Output>(std::in_place, std::move(message));
      }
    }
    // In a variable of its own: the answer of the usual case has no address then, and stays in registers. Taken apart,
    // for the same reason: a whole optional is copied with its padding, in loads that wait for several stores each.
    Output slow;
    if (!poll_slow(cx, slow, detail::entry_after(fast))) return Pending;
    if (!slow.has_value()) return Poll<Output>(std::in_place);
    return Poll<Output>(std::in_place, std::in_place, *std::move(slow));
  }

 private:
  /// True if it is over, with what came in `message`.
  [[gnu::noinline]] bool poll_slow(Context& cx, Output& message, detail::Entry entry) {
    if (done_) throw PolledAfterCompletion();
    const auto take = [&](T&& value) { message.emplace(std::move(value)); };
    done_ = receiving_.poll(cx, take, entry) != detail::Attempt::kWouldWait;
    return done_;
  }

  detail::Receiving<T> receiving_;
  bool done_ = false;
};

/// The future behind recv_many_async. Borrows the receiver and the vector.
template <class T>
class [[nodiscard("a receive does nothing until it is awaited")]] RecvManyFuture {
 public:
  using Output = std::size_t;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  RecvManyFuture(detail::Shared<T>& shared, std::vector<T>& into, std::size_t limit) noexcept
      : receiving_(shared), into_(into), limit_(limit) {}
  RecvManyFuture(RecvManyFuture&&) = delete;

  /// Drops it where it stands.
  void cancel() noexcept { receiving_.cancel(); }

  Poll<Output> poll(Context& cx) {
    if (limit_ == 0) return Poll<Output>(std::in_place, 0U);
    const auto take = [&](T&& value) { into_.push_back(std::move(value)); };
    make_room(into_);
    switch (receiving_.poll(cx, take)) {
      case detail::Attempt::kWouldWait: return Pending;
      case detail::Attempt::kClosed: return Poll<Output>(std::in_place, 0U);
      case detail::Attempt::kDone: break;
    }
    std::size_t count = 1;
    while (count < limit_) {
      make_room(into_);
      if (receiving_.shared().recv(take, detail::Waiting()) != detail::Attempt::kDone) break;
      ++count;
    }
    return Poll<Output>(std::in_place, count);
  }

  /// Room for one more, made where an allocation is no harm: not under the channel's lock.
  static void make_room(std::vector<T>& vector) {
    if (vector.size() == vector.capacity()) vector.reserve(std::max<std::size_t>(8, 2 * vector.capacity()));
  }

 private:
  detail::Receiving<T> receiving_;
  std::vector<T>& into_;
  std::size_t limit_;
};

/// Receives messages of type T from a channel; only one thread or task at a time uses it.
///
/// Dropping it (of an mpmc channel: the last one) closes the channel and destroys what is in it.
/// Shape       Move construction and destruction of T must not use the channel: they run under its lock.
/// Threads     Send if T is Send; not Sync.
/// Cost        Bounded: one uncontended atomic operation per message. Unbounded: one per burst.
///
/// Corresponds to Rust's `mpsc::Receiver`, crossbeam's and Tokio's `Receiver`.
template <class T>
class [[nodiscard]] Receiver {
 public:
  using value_type = T;

  /// Takes over one count of receivers. For makers of channels.
  explicit Receiver(detail::Shared<T>& shared) noexcept : shared_(&shared) {}
  Receiver(Receiver&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
  Receiver& operator=(Receiver&& other) noexcept {
    Receiver old(std::move(*this));
    shared_ = std::exchange(other.shared_, nullptr);
    return *this;
  }
  ~Receiver() {
    if (shared_ != nullptr) shared_->drop_receiver();
  }

  /// The oldest message; waits while there is none.
  ///
  /// Returns     Nothing once the channel is empty and disconnected: every sender gone, or it was closed.
  /// Errors      BlockingInAsync if it would have to wait on a thread that polls tasks.
  /// Blocking    While empty.
  ///
  /// Corresponds to Rust's `mpsc::Receiver::recv`; an optional as in Tokio, since there is one reason to have nothing.
  [[nodiscard]] std::optional<T> recv() const {
    detail::Fast fast;
    {
      std::optional<T> message;
      fast = shared_->try_recv_fast([&](T&& value) { message.emplace(std::move(value)); });
      if (fast == detail::Fast::kDone) [[likely]] return message;
    }
    return recv_slow(detail::entry_after(fast));
  }

  /// The oldest message, if there is one. On a rendezvous channel: if a sender waits. Rust's `try_recv`.
  [[nodiscard]] std::expected<T, TryRecvError> try_recv() const {
    std::optional<T> message;
    switch (shared_->recv([&](T&& value) { message.emplace(std::move(value)); }, detail::Waiting())) {
      case detail::Attempt::kDone: return *std::move(message);
      case detail::Attempt::kWouldWait: return std::unexpected(TryRecvError::kEmpty);
      case detail::Attempt::kClosed: break;
    }
    return std::unexpected(TryRecvError::kDisconnected);
  }

  /// As recv, for at most `duration`. Rust's `recv_timeout`.
  template <class Rep, class Period>
  [[nodiscard]] std::expected<T, RecvTimeoutError> recv_for(std::chrono::duration<Rep, Period> duration) const {
    return recv_before([&] { return detail::deadline_after(duration); }, "Receiver::recv_for");
  }
  /// As recv, until `time` at the latest. crossbeam's `recv_deadline`.
  template <class Duration>
  [[nodiscard]] std::expected<T, RecvTimeoutError> recv_until(
      std::chrono::time_point<std::chrono::steady_clock, Duration> time) const {
    return recv_before([&] { return detail::deadline_at(time); }, "Receiver::recv_until");
  }

  /// Appends up to `limit` messages to `into`: waits for the first, takes what else is there.
  ///
  /// Returns     How many; 0 once the channel is empty and disconnected, or if `limit` is 0.
  /// Blocking    While empty.
  ///
  /// Corresponds to Tokio's `blocking_recv_many`.
  std::size_t recv_many(std::vector<T>& into, std::size_t limit) const {
    if (limit == 0) return 0;
    const auto take = [&](T&& value) { into.push_back(std::move(value)); };
    std::size_t count = 0;
    for (; count < limit; ++count) {
      RecvManyFuture<T>::make_room(into);
      if (shared_->recv(take, detail::Waiting()) != detail::Attempt::kDone) break;
    }
    if (count != 0) return count;
    return shared_->recv_blocking(take, detail::kForever, "Receiver::recv_many") == detail::Attempt::kDone ? 1 : 0;
  }

  /// The awaitable twin of recv.
  ///
  /// Shape       The future borrows the receiver.
  /// Returns     As recv.
  /// Cancelling  Safe: no message is lost; the place in the queue of an mpmc channel's receivers is.
  /// Cost        A unit of the budget. On a rendezvous channel a small block while it waits.
  ///
  /// Corresponds to Tokio's `mpsc::Receiver::recv`.
  RecvFuture<T> recv_async() const noexcept { return RecvFuture<T>(*shared_); }

  /// The awaitable twin of recv_many: a unit of the budget per call. Cancelling: safe. Tokio's `recv_many`.
  RecvManyFuture<T> recv_many_async(std::vector<T>& into, std::size_t limit) const noexcept {
    return RecvManyFuture<T>(*shared_, into, limit);
  }

  /// No further message may be sent; those in the channel, and those of permits that are out, can be received.
  void close() const noexcept { shared_->close(); }
  /// True once it was closed, or every sender and permit is gone; there may be messages left. Tokio's `is_closed`.
  [[nodiscard]] bool is_closed() const noexcept { return shared_->is_over(); }

  /// How many messages are in the channel.
  [[nodiscard]] std::size_t len() const noexcept { return shared_->len(); }
  [[nodiscard]] bool is_empty() const noexcept { return len() == 0; }
  /// True if a send would have to wait for a place: always on a rendezvous channel, never on an unbounded one.
  [[nodiscard]] bool is_full() const noexcept { return shared_->capacity() == 0; }
  /// How many places are free, and how many there are. SIZE_MAX: unbounded.
  [[nodiscard]] std::size_t capacity() const noexcept { return shared_->capacity(); }
  [[nodiscard]] std::size_t max_capacity() const noexcept { return shared_->max_capacity(); }

  [[nodiscard]] bool same_channel(const Receiver& other) const noexcept { return shared_ == other.shared_; }
  [[nodiscard]] std::size_t sender_strong_count() const noexcept { return shared_->strong_count(); }
  [[nodiscard]] std::size_t sender_weak_count() const noexcept { return shared_->weak_count(); }

  /// Walks over messages with one of recv and try_recv, until there is none.
  template <bool kBlocks>
  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    Iterator() noexcept {}
    explicit Iterator(const Receiver& receiver) : receiver_(&receiver) { ++*this; }
    Iterator(Iterator&&) = default;
    Iterator& operator=(Iterator&&) = default;

    [[nodiscard]] T& operator*() const noexcept { return *message_; }
    Iterator& operator++() {
      message_.reset();
      if constexpr (kBlocks) {
        if (auto next = receiver_->recv()) message_.emplace(*std::move(next));
      } else {
        if (auto next = receiver_->try_recv()) message_.emplace(*std::move(next));
      }
      return *this;
    }
    void operator++(int) { ++*this; }
    [[nodiscard]] bool operator==(std::default_sentinel_t) const noexcept { return !message_.has_value(); }

   private:
    const Receiver* receiver_ = nullptr;
    mutable std::optional<T> message_;
  };

  /// `for (T& message : rx)`: each message as it comes, until disconnected. Rust's `iter`.
  [[nodiscard]] Iterator<true> begin() const { return Iterator<true>(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return std::default_sentinel; }

  class TryIter {
   public:
    explicit TryIter(const Receiver& receiver) noexcept : receiver_(receiver) {}
    [[nodiscard]] Iterator<false> begin() const { return Iterator<false>(receiver_); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return std::default_sentinel; }

   private:
    const Receiver& receiver_;
  };

  /// `for (T& message : rx.try_iter())`: the messages that are there, without waiting. Rust's `try_iter`.
  [[nodiscard]] TryIter try_iter() const noexcept { return TryIter(*this); }

  /// For select.
  [[nodiscard]] detail::Shared<T>& shared() const noexcept { return *shared_; }

 private:
  [[gnu::noinline]] std::optional<T> recv_slow(detail::Entry entry) const {
    std::optional<T> message;
    const auto take = [&](T&& value) { message.emplace(std::move(value)); };
    if (shared_->recv(take, detail::Waiting(), entry) == detail::Attempt::kWouldWait) {
      static_cast<void>(shared_->recv_blocking(take, detail::kForever, "Receiver::recv"));
    }
    return message;
  }

  template <class At>
  std::expected<T, RecvTimeoutError> recv_before(At deadline, const char* call) const {
    std::optional<T> message;
    const auto take = [&](T&& value) { message.emplace(std::move(value)); };
    detail::Attempt step = shared_->recv(take, detail::Waiting());
    if (step == detail::Attempt::kWouldWait) step = shared_->recv_blocking(take, deadline(), call);
    switch (step) {
      case detail::Attempt::kDone: return *std::move(message);
      case detail::Attempt::kWouldWait: return std::unexpected(RecvTimeoutError::kTimeout);
      case detail::Attempt::kClosed: break;
    }
    return std::unexpected(RecvTimeoutError::kDisconnected);
  }

  detail::Shared<T>* shared_;
};

}  // namespace heddle::inline v0::channel

// One receiver owns its end of an unbounded channel without a lock: not Sync, as in Rust.
template <class T>
struct heddle::marker::unsafe_rules<heddle::channel::Receiver<T>> {
  using Send = If<IsSend<T>>;
  using Sync = Never<"one thread or task at a time may receive: use mpmc::Receiver">;
  using Owned = If<IsOwned<T>>;
};
// The futures refer to the receiver: not Owned.
template <class T>
struct heddle::marker::unsafe_rules<heddle::channel::RecvFuture<T>> {
  using Send = If<IsSend<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::channel::RecvManyFuture<T>> {
  using Send = If<IsSend<T>>;
};
