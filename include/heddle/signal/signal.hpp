// SPDX-License-Identifier: MIT
// Signals of the system as events that tasks wait for: ctrl_c, signal, and the listener that it gives.
#pragma once

#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/io/error.hpp>
#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/runtime/detail/io_source.hpp>
#include <heddle/runtime/detail/watch.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace heddle::inline v0::signal {

/// Which signal: by name, or by the system's number.
///
/// Corresponds to Tokio's `signal::unix::SignalKind`.
class SignalKind {
 public:
  /// Any number; whether it can be listened for, `signal` tells. Real-time signals have no other name.
  [[nodiscard]] static constexpr SignalKind from_raw(int number) noexcept { return SignalKind(number); }

  [[nodiscard]] static SignalKind alarm() noexcept;          ///< SIGALRM
  [[nodiscard]] static SignalKind child() noexcept;          ///< SIGCHLD
  [[nodiscard]] static SignalKind hangup() noexcept;         ///< SIGHUP
  [[nodiscard]] static SignalKind interrupt() noexcept;      ///< SIGINT
  [[nodiscard]] static SignalKind io() noexcept;             ///< SIGIO
  [[nodiscard]] static SignalKind pipe() noexcept;           ///< SIGPIPE
  [[nodiscard]] static SignalKind quit() noexcept;           ///< SIGQUIT
  [[nodiscard]] static SignalKind terminate() noexcept;      ///< SIGTERM
  [[nodiscard]] static SignalKind user_defined1() noexcept;  ///< SIGUSR1
  [[nodiscard]] static SignalKind user_defined2() noexcept;  ///< SIGUSR2
  [[nodiscard]] static SignalKind window_change() noexcept;  ///< SIGWINCH

  [[nodiscard]] constexpr int as_raw() const noexcept { return number_; }
  friend constexpr bool operator==(SignalKind, SignalKind) = default;

 private:
  explicit constexpr SignalKind(int number) noexcept : number_(number) {}

  int number_;

  HEDDLE_FIELDS(number_);
};

class Signal;

/// The future of Signal::recv.
class [[nodiscard]] RecvSignal {
 public:
  using Output = io::Result<void>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit RecvSignal(Signal& listener) noexcept : listener_(listener) {}
  RecvSignal(const RecvSignal&) = delete;
  RecvSignal& operator=(const RecvSignal&) = delete;
  ~RecvSignal() { cancel(); }
  Poll<Output> poll(Context& cx);
  void cancel() noexcept;

 private:
  Signal& listener_;
  runtime::detail::IoWaiter waiter_;
  // The waiter was queued once; whether it still is, the source knows.
  bool queued_ = false;
};

/// A listener for one signal, from the call that made it on: every delivery since then, or since the last recv, is seen
/// by the next recv, and several at once as one, as the system itself merges them. Each listener sees each signal.
///
/// It belongs to the runtime in which it was made: when that shuts down, whoever waits for it gets an error.
/// Threads     May move to any thread; used by one at a time.
/// Cost        One descriptor and one small block. A signal wakes all listeners, and those of others go back to sleep.
///
/// Corresponds to Tokio's `signal::unix::Signal`.
class Signal {
 public:
  /// Waits until the signal has come, once or more often, since the listener was made or recv was last ready.
  ///
  /// Errors      kOther when the runtime has shut down.
  /// Cancelling  Safe: a signal that comes meanwhile is seen by the next recv.
  /// Corresponds to `Signal::recv`.
  [[nodiscard]] RecvSignal recv() noexcept { return RecvSignal(*this); }

  /// One step of recv; the waker of whoever asked last is kept. Corresponds to `Signal::poll_recv`.
  Poll<io::Result<void>> poll_recv(Context& cx);

  /// The listener as a Stream; it ends with the runtime.
  using Item = SignalKind;
  Poll<std::optional<SignalKind>> poll_next(Context& cx);

  [[nodiscard]] SignalKind kind() const noexcept { return kind_; }

 private:
  friend class RecvSignal;
  friend io::Result<Signal> signal(SignalKind kind);
  Signal(SignalKind kind, std::uint32_t seen, io::OwnedFd event, runtime::detail::Watch watch) noexcept
      : event_(std::move(event)), watch_(std::move(watch)), seen_(seen), kind_(kind) {}

  /// Whether it has come since this was asked last.
  bool take() noexcept;
  /// One step of those who wait, who bring their place in the queue.
  Poll<io::Result<void>> poll_with(runtime::detail::IoWaiter& waiter, Context& cx);

  // Readable at every signal of the process.
  io::OwnedFd event_;
  runtime::detail::Watch watch_;
  // The count of deliveries when this was last ready.
  std::uint32_t seen_;
  SignalKind kind_;

  HEDDLE_FIELDS(event_, watch_, seen_, kind_);
};

/// Listens for a signal. From the first call for a kind on, and for the rest of the process's life, the signal doesn't
/// do any more what it does by default, such as to end the process: not even when all listeners are gone. A handler
/// that the program had installed before goes on being called.
///
/// Errors      kInvalidInput for numbers that are no signals, for SIGKILL and SIGSTOP, which can't be caught, and for
///             SIGSEGV, SIGBUS, SIGFPE and SIGILL, whose cause would be there again when a handler returns. Throws
///             runtime::NoRuntime outside a runtime.
/// Threads     Any, and in several runtimes of a process at once. A child made by fork has the handlers too, and
///             listeners that it makes see its own signals only.
/// Example     docs/guide/signals.md
///
/// Corresponds to Tokio's `signal::unix::signal`.
[[nodiscard]] io::Result<Signal> signal(SignalKind kind);

/// The future of ctrl_c.
class [[nodiscard]] CtrlC {
 public:
  using Output = io::Result<void>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  CtrlC() noexcept {}
  Poll<Output> poll(Context& cx);
  void cancel() noexcept { listener_.reset(); }

 private:
  std::optional<Signal> listener_;

  HEDDLE_FIELDS(listener_);
};

/// Waits for SIGINT, which a terminal sends at Ctrl-C. It listens from its first poll on: what came before isn't seen.
/// In a loop, make one listener before it, `signal(SignalKind::interrupt())`, and miss none between two rounds.
///
/// Errors      As signal and recv.
/// Cancelling  Safe. The process isn't ended by Ctrl-C from then on, though nobody may listen.
/// Example     docs/guide/signals.md
///
/// Corresponds to Tokio's `signal::ctrl_c`.
inline CtrlC ctrl_c() noexcept { return CtrlC(); }

}  // namespace heddle::inline v0::signal

namespace heddle::inline v0::marker {

// It borrows the listener, whose source has its state under a lock.
template <>
struct unsafe_rules<signal::RecvSignal> {
  using Send = Always;
};

}  // namespace heddle::inline v0::marker
