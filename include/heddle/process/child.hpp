// SPDX-License-Identifier: MIT
// Child: a process that was started, its pipes, and its end.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/future/poll.hpp>
#include <heddle/io/error.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/async_fd.hpp>
#include <heddle/net/unix_pipe.hpp>
#include <heddle/process/detail/process.hpp>
#include <heddle/process/exit_status.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace heddle::inline v0::process {

class Command;

/// The ends of a child's pipes that are ours: streams like any. To give one to another child, make it block again:
/// `Stdio::from_fd(std::move(*child.stdout_).into_blocking_fd().value())`.
using ChildStdin = net::unix_pipe::Sender;
using ChildStdout = net::unix_pipe::Receiver;
using ChildStderr = net::unix_pipe::Receiver;

/// The future of Child::wait.
class [[nodiscard]] Wait {
 public:
  using Output = io::Result<ExitStatus>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit Wait(net::AsyncFd<detail::Process>& process) noexcept : process_(process), ended_(process.readable()) {}
  Poll<Output> poll(Context& cx);
  void cancel() noexcept { ended_.cancel(); }

 private:
  net::AsyncFd<detail::Process>& process_;
  net::ReadyGuardFuture<detail::Process> ended_;

  HEDDLE_FIELDS(process_, ended_);
};

/// A process that was started by Command.
///
/// Shape       Dropping it doesn't end the process, unless Command::kill_on_drop was asked for. Either way no zombie is
///             left: a process that ends after its Child is reaped in the background, even when no runtime is left.
/// Threads     May move to any thread. Belongs to the runtime in which it was made.
/// Cost        The process is watched by a descriptor: no signal is handled, and none is needed.
///
/// Corresponds to Tokio's `process::Child`.
class Child {
 public:
  /// Our ends of the streams that are Stdio::piped. Take one by moving out of it; resetting it closes the pipe. With an
  /// underscore, for `stdin` is a macro.
  std::optional<ChildStdin> stdin_;
  std::optional<ChildStdout> stdout_;
  std::optional<ChildStderr> stderr_;

  /// The number of the process, nothing once its end is known.
  [[nodiscard]] std::optional<std::uint32_t> id() const noexcept { return process_.get_ref().id(); }
  /// The descriptor by which the process is watched; it stays the Child's. Rust's `ChildExt::pidfd`.
  [[nodiscard]] int pidfd() const noexcept { return process_.as_raw_fd(); }

  /// Waits for the end of the process. Closes `stdin_` first, so that a process that reads to the end finds it.
  ///
  /// Returns     The same, however often it is asked.
  /// Errors      ECHILD if somebody else has reaped the process, as in a program that ignores SIGCHLD; kOther when the
  ///             runtime has shut down.
  /// Cancelling  Safe.
  /// Corresponds to `Child::wait`.
  [[nodiscard]] Wait wait() {
    stdin_.reset();
    return Wait(process_);
  }
  /// How the process ended; nothing if it runs. Leaves `stdin_` open. Errors: as wait.
  [[nodiscard]] io::Result<std::optional<ExitStatus>> try_wait() { return process_.get_mut().try_wait(); }

  /// Sends SIGKILL, and doesn't wait. Fine for a process whose end is known: nothing is sent then.
  [[nodiscard]] io::Result<void> start_kill() { return process_.get_mut().kill(); }
  /// Sends SIGKILL, and waits for the end.
  /// Cancelling  The signal is sent when this is first polled. Corresponds to `Child::kill`.
  [[nodiscard]] Async<io::Result<void>> kill();

  /// Reads all of what the process writes to pipes, and waits for its end. Closes `stdin_` first.
  ///
  /// Returns     What it wrote; nothing for a stream that isn't piped, or was taken.
  /// Errors      As wait, or of reading.
  /// Cancelling  Drops the Child, and what was read.
  /// Corresponds to `Child::wait_with_output`.
  [[nodiscard]] Async<io::Result<Output>> wait_with_output() &&;

 private:
  friend Command;
  Child(std::optional<ChildStdin> in, std::optional<ChildStdout> out, std::optional<ChildStderr> err,
        net::AsyncFd<detail::Process> process)
      : stdin_(std::move(in)), stdout_(std::move(out)), stderr_(std::move(err)), process_(std::move(process)) {}

  net::AsyncFd<detail::Process> process_;

  HEDDLE_FIELDS(stdin_, stdout_, stderr_, process_);
};

}  // namespace heddle::inline v0::process
