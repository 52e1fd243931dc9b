// SPDX-License-Identifier: MIT
// NoReceivers: waits until a broadcast or a watch channel has no receivers.
#pragma once

#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/future/wait_list.hpp>
#include <heddle/marker/send.hpp>

namespace heddle::inline v0::channel::detail {

/// The future of Sender::closed; is Send as the Sender is.
template <class Core, class Sender>
class [[nodiscard]] NoReceivers {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit NoReceivers(Core& core) noexcept : core_(core) {}
  NoReceivers(const NoReceivers&) = delete;
  NoReceivers& operator=(const NoReceivers&) = delete;
  ~NoReceivers() { cancel(); }

  /// Drops it where it stands.
  void cancel() noexcept {
    if (waiter_.began()) core_.stop_waiting_closed(waiter_);
  }

  Poll<void> poll(Context& cx) {
    if (!cx.may_proceed() || !core_.poll_no_receivers(waiter_, cx)) return Pending;
    cx.made_progress();
    return Ready();
  }

 private:
  Core& core_;
  future::Waiter waiter_;

  HEDDLE_UNSAFE_SEND(heddle::Send<Sender>);
};

}  // namespace heddle::inline v0::channel::detail
