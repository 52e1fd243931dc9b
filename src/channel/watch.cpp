// SPDX-License-Identifier: MIT
// The books of a watch channel: versions, handles, waiters.
#include <heddle/channel/watch.hpp>

namespace heddle::inline v0::watch::detail {

Core::News Core::news(Version& seen) const noexcept {
  const Version state = state_.load(base::acquire);
  // A change that wasn't seen counts, even if nobody will send again.
  if (const Version version = state & ~kClosed; version != seen) {
    seen = version;
    return News::kChanged;
  }
  return (state & kClosed) != 0 ? News::kClosed : News::kNone;
}

Core::News Core::poll_changed(future::Waiter& waiter, const Context& cx, Version& seen) {
  News answer = News::kNone;
  // Who changes the state takes the lock after that, to wake: either it finds the waiter, or we find the change.
  future::wait_until(lock_, changed_, waiter, cx, [&] { return (answer = news(seen)) != News::kNone; });
  return answer;
}

bool Core::poll_no_receivers(future::Waiter& waiter, const Context& cx) {
  return future::wait_until(lock_, closed_, waiter, cx, [&] { return receivers_ == 0; });
}

void Core::add_sender() noexcept {
  const std::lock_guard guard(lock_);
  ++senders_;
}

void Core::drop_sender() noexcept {
  std::unique_lock guard(lock_);
  if (--senders_ != 0) return;
  state_.fetch_or(kClosed, base::release);  // pairs with senders_gone()
  changed_.wake_all(std::move(guard));
}

void Core::add_receiver() noexcept {
  const std::lock_guard guard(lock_);
  ++receivers_;
}

void Core::drop_receiver() noexcept {
  std::unique_lock guard(lock_);
  if (--receivers_ == 0) closed_.wake_all(std::move(guard));
}

std::size_t Core::waiting_receives() noexcept {
  const std::unique_lock guard(lock_, std::try_to_lock);
  return guard ? changed_.count() : 0;
}

std::size_t Core::senders() const noexcept {
  const std::lock_guard guard(lock_);
  return senders_;
}

std::size_t Core::receivers() const noexcept {
  const std::lock_guard guard(lock_);
  return receivers_;
}

}  // namespace heddle::inline v0::watch::detail
