// SPDX-License-Identifier: MIT
// select for threads: waits for the first of several sends and receives that can go on.
//
//   channel::RecvArm a(jobs);
//   channel::SendArm b(results, value);
//   switch (channel::select(a, b)) {
//     case 0: if (auto job = a.take()) …      // nothing: disconnected
//     case 1: if (!b.take()) …                // the value is in the error
//   }
//
// Tasks use heddle::select over recv_async and send_async.
#pragma once

#include <heddle/channel/receiver.hpp>
#include <heddle/channel/sender.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::channel {

/// One operation of a select. Made for one channel; doesn't outlive its end of it.
class SelectArm {
 public:
  SelectArm(const SelectArm&) = delete;
  SelectArm& operator=(const SelectArm&) = delete;

 protected:
  SelectArm() = default;
  virtual ~SelectArm() = default;

 private:
  friend class SelectRun;

  /// Does the operation if it is possible at once; a disconnected channel makes it possible.
  virtual bool try_now() = 0;
  /// Queues the waiter, if the operation isn't possible just now; else false.
  [[nodiscard]] virtual bool watch(const Waker& waker) = 0;
  /// How the waiter was served: kIdle if not. It is in no list after that.
  [[nodiscard]] virtual detail::Wait settle() noexcept = 0;
  /// Completes what the other side has begun. False: look again.
  virtual bool finish(detail::Wait how) = 0;

 protected:
  detail::Waiter waiter_;
};

/// Receives in a select. Reusable.
template <class T>
class RecvArm final : public SelectArm {
 public:
  explicit RecvArm(const Receiver<T>& receiver) noexcept : shared_(receiver.shared()) {}

  /// The message, after select has chosen this arm; nothing if the channel is empty and disconnected.
  [[nodiscard]] std::optional<T> take() noexcept(std::is_nothrow_move_constructible_v<T>) {
    return std::exchange(message_, std::nullopt);
  }

 private:
  bool try_now() override {
    message_.reset();
    return shared_.recv(taker(), detail::Waiting()) != detail::Attempt::kWouldWait;
  }
  bool watch(const Waker& waker) override {
    if (shared_.flavor() == detail::Flavor::kZero) waiter_.cell = &parcel_.emplace();
    return shared_.watch_recv(detail::Waiting(waiter_, waker));
  }
  detail::Wait settle() noexcept override { return shared_.settle(waiter_); }
  bool finish(detail::Wait how) override {
    if (how != detail::Wait::kDone) return try_now();
    message_.emplace(std::move(parcel_->value));
    return true;
  }

  auto taker() noexcept {
    return [this](T&& value) { message_.emplace(std::move(value)); };
  }

  detail::Shared<T>& shared_;
  std::optional<T> message_;
  std::optional<detail::Parcel<T>> parcel_;
};

/// Sends in a select.
template <class T>
class SendArm final : public SelectArm {
 public:
  SendArm(const Sender<T>& sender, T value) : shared_(sender.shared()), value_(std::move(value)) {}

  /// What came of it, after select has chosen this arm. The message is in the error if the channel is disconnected.
  [[nodiscard]] std::expected<void, SendError<T>> take() {
    if (sent_) return {};
    return std::unexpected(SendError<T>(std::move(value_)));
  }

  /// The message, where select has chosen another arm.
  [[nodiscard]] T into_inner() && { return std::move(value_); }

 private:
  bool try_now() override { return decide(shared_.send(value_, detail::Waiting())); }
  bool watch(const Waker& waker) override {
    waiter_.cell = std::addressof(value_);
    return shared_.watch_send(detail::Waiting(waiter_, waker));
  }
  detail::Wait settle() noexcept override { return shared_.settle(waiter_); }
  bool finish(detail::Wait how) override { return decide(shared_.resume_send(value_, waiter_, how)) || try_now(); }

  bool decide(detail::Attempt step) noexcept {
    sent_ = step == detail::Attempt::kDone;
    return step != detail::Attempt::kWouldWait;
  }

  detail::Shared<T>& shared_;
  T value_;
  bool sent_ = false;
};

namespace detail {
/// The index of the arm that was done, nothing at the deadline.
std::optional<std::size_t> select_before(Deadline deadline, std::span<SelectArm* const> arms);
}  // namespace detail

/// Waits until one of the operations can go on, and does it.
///
/// Shape       At least one arm. If several can, one of them is chosen at random.
/// Returns     The index of the arm: what came of it is in the arm.
/// Errors      BlockingInAsync if it would have to wait on a thread that polls tasks.
/// Blocking    Until one can go on; a disconnected channel can.
/// Cost        One atomic operation per arm that is looked at; two locks per arm to wait.
///
/// Corresponds to crossbeam's `Select::select`.
std::size_t select(std::span<SelectArm* const> arms);
/// The same, without waiting: nothing if none can go on. It looks at one arm after another, not at one instant: an arm
/// that becomes ready behind its back while the others cease to be is missed, as in crossbeam's `try_select`.
std::optional<std::size_t> try_select(std::span<SelectArm* const> arms);
/// The same, until `deadline` at the latest. crossbeam's `select_deadline`.
std::optional<std::size_t> select_until(std::chrono::steady_clock::time_point deadline,
                                        std::span<SelectArm* const> arms);

template <std::derived_from<SelectArm>... Arms>
  requires(sizeof...(Arms) > 0)
std::size_t select(Arms&... arms) {
  return select(std::span<SelectArm* const>(std::array<SelectArm*, sizeof...(Arms)>{&arms...}));
}

template <std::derived_from<SelectArm>... Arms>
  requires(sizeof...(Arms) > 0)
std::optional<std::size_t> try_select(Arms&... arms) {
  return try_select(std::span<SelectArm* const>(std::array<SelectArm*, sizeof...(Arms)>{&arms...}));
}

/// Waits for at most `duration`. crossbeam's `select_timeout`.
template <class Rep, class Period, std::derived_from<SelectArm>... Arms>
  requires(sizeof...(Arms) > 0)
std::optional<std::size_t> select_for(std::chrono::duration<Rep, Period> duration, Arms&... arms) {
  return detail::select_before(detail::deadline_after(duration), std::array<SelectArm*, sizeof...(Arms)>{&arms...});
}

}  // namespace heddle::inline v0::channel
