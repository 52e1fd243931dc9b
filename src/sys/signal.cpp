// SPDX-License-Identifier: MIT
// The handler, and how it is installed.
//
//   site                     order     partner                          carries
//   H count, handler         release   L signals_counted                what the sender did before the signal, if it is
//                                                                       a thread of ours
//   E event_ load, handler   acquire   its store before the handler is  the descriptor
//   P chained load, handler  acquire   its store before the handler is  `before`
//
// The count comes before the write to the event: see src/signal/signal.cpp.
#include "sys/signal.hpp"

#include <heddle/base/atomic.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

constinit const int kSigAlrm = SIGALRM, kSigChld = SIGCHLD, kSigHup = SIGHUP, kSigInt = SIGINT, kSigIo = SIGIO,
                    kSigPipe = SIGPIPE, kSigQuit = SIGQUIT, kSigTerm = SIGTERM, kSigUsr1 = SIGUSR1, kSigUsr2 = SIGUSR2,
                    kSigWinch = SIGWINCH;

namespace {

struct Counted {
  // Atomic; see the table.
  base::atomic<std::uint32_t> count{0};
  base::atomic<bool> chained{false};
  // Constant once `chained` is set: what the program itself had installed.
  struct sigaction before {};
  // Guarded by lock.
  bool installed = false;
};

// Never destroyed: a signal may come at any time.
constinit std::array<Counted, _NSIG> counted;
constinit base::atomic<int> event{-1};
constinit std::mutex lock;

void on_signal(int number, siginfo_t* info, void* context) noexcept {
  const int saved_errno = errno;
  Counted& its = counted[static_cast<std::size_t>(number)];
  its.count.fetch_add(1, base::release);
  const std::uint64_t one = 1;
  // Fails only when 2^64 - 1 signals stand unread; those that stand are edges enough.
  [[maybe_unused]] const auto written = ::write(event.load(base::acquire), &one, sizeof one);
  if (its.chained.load(base::acquire)) {
    if ((its.before.sa_flags & SA_SIGINFO) != 0) {
      its.before.sa_sigaction(number, info, context);
    } else {
      its.before.sa_handler(number);
    }
  }
  errno = saved_errno;
}

bool is_function(const struct sigaction& action) noexcept {
  return (action.sa_flags & SA_SIGINFO) != 0 || (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}

int make_event() noexcept {
  if (event.load(base::relaxed) >= 0) return 0;  // relaxed: it is written under the lock, which we hold
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return errno;
  event.store(fd, base::release);
  return 0;
}

int install(int number, Counted& its) noexcept {
  if (::sigaction(number, nullptr, &its.before) != 0) return errno;
  its.chained.store(is_function(its.before), base::release);
  struct sigaction ours {};
  ours.sa_sigaction = &on_signal;
  ours.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  if (::sigaction(number, &ours, nullptr) != 0) return errno;
  its.installed = true;
  return 0;
}

}  // namespace

bool may_be_caught(int number) noexcept {
  switch (number) {
    case SIGKILL:
    case SIGSTOP:
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL: return false;
    default: return number > 0 && number <= SIGRTMAX && (number < __SIGRTMIN || number >= SIGRTMIN);
  }
}

int count_signal(int number) noexcept {
  const std::lock_guard guard(lock);
  Counted& its = counted[static_cast<std::size_t>(number)];
  if (its.installed) return 0;
  if (const int error = make_event(); error != 0) return error;
  return install(number, its);
}

std::uint32_t signals_counted(int number) noexcept {
  return counted[static_cast<std::size_t>(number)].count.load(base::acquire);  // pairs with H
}

Outcome<Fd> signal_event() noexcept {
  const int fd = ::fcntl(event.load(base::acquire), F_DUPFD_CLOEXEC, 0);
  if (fd < 0) return std::unexpected(errno);
  return Fd(fd);
}

}  // namespace heddle::inline v0::sys
