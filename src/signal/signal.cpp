// SPDX-License-Identifier: MIT
// Listeners: a count of deliveries, and an event that says that some count has moved.
#include <heddle/signal/signal.hpp>

#include <heddle/runtime/spawn.hpp>

#include "runtime/poll_io.hpp"
#include "sys/signal.hpp"

#include <string>

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
  auto watched = runtime::detail::WatchedFd::adopt(shared, event->release());
  if (!watched) return std::unexpected(std::move(watched).error());
  return Signal(kind, seen, *std::move(watched));
}

bool Signal::take() noexcept {
  const std::uint32_t now = sys::signals_counted(kind_.as_raw());
  return std::exchange(seen_, now) != now;
}

namespace {

// The handler counts before it writes to the event, and a step looks at the event before it looks at the count: either
// it sees the count, or the event is yet to come, and moves the tick that the clearing asks for.
sys::Outcome<void> arrived(bool taken) noexcept {
  if (!taken) return std::unexpected(sys::kWouldBlock);
  return {};
}

}  // namespace

RecvSignal::RecvSignal(Signal& listener) noexcept
    : IoFuture(listener.event_.source(), Direction::kRead), listener_(listener) {}

Poll<io::Result<void>> RecvSignal::poll(Context& cx) {
  return poll_io(cx, [this](Readiness) { return arrived(listener_.take()); });
}

Poll<io::Result<void>> Signal::poll_recv(Context& cx) {
  return runtime::detail::poll_io(event_.source(), Direction::kRead, cx, [this](Readiness) { return arrived(take()); });
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
