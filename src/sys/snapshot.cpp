// SPDX-License-Identifier: MIT
// Snapshots by tgkill(2) and backtrace(3).
//
// One at a time in the process. `state` goes from kWanted to kTaking by the interrupted thread, which then owns the
// snapshot, to kTaken; or back to kIdle by the one that wants it, if it has waited for too long.
#include "sys/snapshot.hpp"

#include <heddle/base/atomic.hpp>
#include <heddle/base/deadline.hpp>

#include "sys/futex.hpp"
#include "sys/thread.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <csignal>
#include <mutex>

#include <execinfo.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

enum State : std::uint32_t { kIdle, kWanted, kTaking, kTaken };

struct Request {
  std::mutex lock;
  // Atomic; release by who writes what stands below, acquire by who reads it.
  base::atomic<std::uint32_t> state{kIdle};
  ThreadId thread = 0;
  TakeNotes take_notes = nullptr;
  const void* subject = nullptr;
  Snapshot snapshot;
};

constinit Request request;

// The handler itself, and the kernel's frame below the interrupted function.
constexpr int kOwnFrames = 2;

void on_signal(int) noexcept {
  const int saved_errno = errno;
  std::uint32_t state = kWanted;
  if (request.state.load(base::acquire) == kWanted && request.thread == this_thread_id() &&
      request.state.compare_exchange_strong(state, kTaking, base::acq_rel, base::acquire)) {
    Snapshot& snapshot = request.snapshot;
    std::array<void*, std::tuple_size_v<decltype(snapshot.stack)>> frames;
    const int depth = ::backtrace(frames.data(), static_cast<int>(frames.size()));
    snapshot.depth = static_cast<std::size_t>(std::max(depth - kOwnFrames, 0));
    for (std::size_t i = 0; i < snapshot.depth; ++i) snapshot.stack[i] = frames[i + kOwnFrames];
    snapshot.noted = request.take_notes(request.subject, snapshot.notes);
    request.state.store(kTaken, base::release);
    futex_wake_one(request.state);
  }
  errno = saved_errno;
}

/// Until the snapshot is taken; false after a while without an answer.
bool wait_for_answer() noexcept {
  constexpr std::uint64_t kPatience = 1'000'000'000;  // a busy machine lets a thread wait that is woken
  const base::Deadline deadline = base::deadline_after_ns(kPatience);
  std::uint32_t state = kWanted;
  while ((state = request.state.load(base::acquire)) == kWanted) {
    if (futex_wait(request.state, kWanted, deadline)) continue;
    if (request.state.compare_exchange_strong(state, kIdle, base::acq_rel, base::acquire)) return false;
  }
  while (request.state.load(base::acquire) != kTaken) yield_thread();
  return true;
}

}  // namespace

ThreadId this_thread_id() noexcept { return static_cast<ThreadId>(::syscall(SYS_gettid)); }

bool prepare_snapshots(int signal) noexcept {
  const std::lock_guard guard(request.lock);
  struct sigaction before{};
  if (::sigaction(signal, nullptr, &before) != 0) return false;
  if (before.sa_handler == &on_signal) return true;
  const bool is_free = (before.sa_flags & SA_SIGINFO) == 0 && (before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN);
  if (!is_free) return false;
  // The first call loads the unwinder, which a signal handler must not do.
  void* frame = nullptr;
  static_cast<void>(::backtrace(&frame, 1));
  struct sigaction ours{};
  ours.sa_handler = &on_signal;
  ours.sa_flags = SA_RESTART;
  return ::sigaction(signal, &ours, nullptr) == 0;
}

bool take_snapshot(int signal, ThreadId thread, TakeNotes take_notes, const void* subject, Snapshot& into) noexcept {
  const std::lock_guard guard(request.lock);
  request.thread = thread;
  request.take_notes = take_notes;
  request.subject = subject;
  request.state.store(kWanted, base::release);
  const bool answered = ::syscall(SYS_tgkill, ::getpid(), thread, signal) == 0 && wait_for_answer();
  if (answered) into = request.snapshot;
  request.state.store(kIdle, base::relaxed);
  return answered;
}

}  // namespace heddle::inline v0::sys
