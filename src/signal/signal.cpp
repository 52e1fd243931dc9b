// SPDX-License-Identifier: MIT
// Listeners: a count of deliveries, and an event that says that some count has moved.
#include <heddle/signal/signal.hpp>

#include <heddle/runtime/spawn.hpp>

#include "sys/signal.hpp"

#include <string>
#include <utility>

namespace heddle::inline v0::signal {

using runtime::detail::Direction;
using runtime::detail::Readiness;

SignalKind SignalKind::alarm() noexcept { return SignalKind(sys::kSigAlrm); }
SignalKind SignalKind::child() noexcept { return SignalKind(sys::kSigChld); }
SignalKind SignalKind::hangup() noexcept { return SignalKind(sys::kSigHup); }
SignalKind SignalKind::interrupt() noexcept { return SignalKind(sys::kSigInt); }
SignalKind SignalKind::io() noexcept { return SignalKind(sys::kSigIo); }
SignalKind SignalKind::pipe() noexcept { return SignalKind(sys::kSigPipe); }
SignalKind SignalKind::quit() noexcept { return SignalKind(sys::kSigQuit); }
SignalKind SignalKind::terminate() noexcept { return SignalKind(sys::kSigTerm); }
SignalKind SignalKind::user_defined1() noexcept { return SignalKind(sys::kSigUsr1); }
SignalKind SignalKind::user_defined2() noexcept { return SignalKind(sys::kSigUsr2); }
SignalKind SignalKind::window_change() noexcept { return SignalKind(sys::kSigWinch); }

io::Result<Signal> signal(SignalKind kind) {
  runtime::Shared& shared = runtime::detail::current_runtime("signal::signal");
  const int number = kind.as_raw();
  if (!sys::may_be_caught(number)) {
    return io::fail(io::ErrorKind::kInvalidInput, "signal " + std::to_string(number) + " can't be listened for");
  }
  if (const int error = sys::count_signal(number); error != 0) return io::fail(error);
  const std::uint32_t seen = sys::signals_counted(number);  // what comes from here on is news
  auto event = sys::signal_event();
  if (!event) return io::fail(event.error());
  io::OwnedFd fd(event->release());
  auto watch = runtime::detail::Watch::make(shared, fd.as_raw_fd(), runtime::detail::IoSource::kAssumed);
  if (!watch) return std::unexpected(std::move(watch).error());
  return Signal(kind, seen, std::move(fd), *std::move(watch));
}

bool Signal::take() noexcept {
  const std::uint32_t now = sys::signals_counted(kind_.as_raw());
  return std::exchange(seen_, now) != now;
}

// The handler counts before it writes to the event, and a step looks at the event before it looks at the count: either
// it sees the count, or the event is yet to come, and moves the tick that the clearing asks for.
Poll<io::Result<void>> Signal::poll_with(runtime::detail::IoWaiter& waiter, Context& cx) {
  using Result = Poll<io::Result<void>>;
  if (!cx.may_proceed()) return Pending;
  runtime::detail::IoSource& source = watch_.source();
  for (;;) {
    const Readiness seen = source.readiness();
    if (!seen.is(Direction::kRead)) {
      if (source.wait(waiter, Direction::kRead, cx.waker())) return Pending;
      continue;
    }
    if (seen.is_shut_down() || take()) {
      cx.made_progress();
      if (!seen.is_shut_down()) return Result(std::in_place);
      return Result(std::in_place, io::fail(io::ErrorKind::kOther, "the runtime has shut down"));
    }
    source.clear(seen, Direction::kRead);
  }
}

Poll<io::Result<void>> RecvSignal::poll(Context& cx) {
  auto step = listener_.poll_with(waiter_, cx);
  if (step.is_pending()) queued_ = true;
  return step;
}

void RecvSignal::cancel() noexcept {
  if (std::exchange(queued_, false)) listener_.watch_.source().forget(waiter_);
}

Poll<io::Result<void>> Signal::poll_recv(Context& cx) {
  return poll_with(watch_.source().poll_waiter(Direction::kRead), cx);
}

Poll<std::optional<SignalKind>> Signal::poll_next(Context& cx) {
  auto step = poll_recv(cx);
  if (step.is_pending()) return Pending;
  if (!step->has_value()) return Poll<std::optional<SignalKind>>(std::in_place);
  return Poll<std::optional<SignalKind>>(std::in_place, kind_);
}

Poll<io::Result<void>> CtrlC::poll(Context& cx) {
  if (!listener_.has_value()) {
    auto listener = signal(SignalKind::interrupt());
    if (!listener) return Poll<Output>(std::in_place, std::unexpect, std::move(listener).error());
    listener_.emplace(*std::move(listener));
  }
  return listener_->poll_recv(cx);
}

}  // namespace heddle::inline v0::signal
