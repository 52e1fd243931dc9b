// SPDX-License-Identifier: MIT
// The system calls behind processes.
//
// vfork, and not fork: a fork copies the page tables of this process, which takes milliseconds for each gigabyte. The
// child of a vfork runs in our memory while the thread that called is suspended; it makes system calls, writes to
// nothing but its own stack, and neither allocates nor locks. All of its signals are blocked until it has none of our
// handlers left, so that no handler of this process ever runs in it.
#include "sys/process.hpp"

#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

constexpr int kFirstAfterStdio = 3;

/// The same file under a number that no standard stream has: redirecting them can't overwrite it.
Outcome<Fd> after_stdio(Fd fd) noexcept {
  if (fd.get() >= kFirstAfterStdio) return fd;
  const int moved = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstAfterStdio);
  if (moved < 0) return std::unexpected(errno);
  return Fd(moved);
}

/// Copies of those streams that stand where a standard stream has its place.
Outcome<std::array<Fd, 3>> copies_after_stdio(std::array<int, 3>& stdio) noexcept {
  std::array<Fd, 3> copies{Fd(-1), Fd(-1), Fd(-1)};
  for (std::size_t i = 0; i < stdio.size(); ++i) {
    if (stdio[i] < 0 || stdio[i] >= kFirstAfterStdio) continue;
    const int copy = ::fcntl(stdio[i], F_DUPFD_CLOEXEC, kFirstAfterStdio);
    if (copy < 0) return std::unexpected(errno);
    copies[i] = Fd(copy);
    stdio[i] = copy;
  }
  return copies;
}

/// Blocks all signals of this thread.
class NoSignals {
 public:
  NoSignals() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;
  ~NoSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// What follows runs in the child: see above.

/// What is ignored stays ignored, as nohup(1) wants it; but for SIGPIPE, which programs expect.
void reset_signals() noexcept {
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) != 0) continue;  // one of libc's own
    const bool caught = now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN;
    if (caught || (signal == SIGPIPE && now.sa_handler == SIG_IGN)) ::sigaction(signal, &by_default, nullptr);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

/// By system calls of our own: libc's would ask every thread of this process to follow.
bool become(std::optional<std::uint32_t> user, std::optional<std::uint32_t> group) noexcept {
  if (group && ::syscall(SYS_setresgid, *group, *group, *group) != 0) return false;
  if (!user) return true;
  // Only root may; and whoever becomes another shall not keep the groups of root.
  if (::geteuid() == 0 && ::syscall(SYS_setgroups, 0, nullptr) != 0) return false;
  return ::syscall(SYS_setresuid, *user, *user, *user) == 0;
}

/// The errno of the try that says most: a program that may not be run, rather than one that isn't there.
int run_first(std::span<const char* const> programs, char* const* arguments, char* const* environment) noexcept {
  int refused = 0;
  for (const char* program : programs) {
    ::execve(program, arguments, environment);
    if (errno == EACCES) {
      refused = EACCES;
    } else if (errno != ENOENT && errno != ENOTDIR) {
      return errno;
    }
  }
  return refused != 0 ? refused : errno;
}

int become_program(const NewProcess& plan) noexcept {
  for (std::size_t i = 0; i < plan.stdio.size(); ++i) {
    if (plan.stdio[i] >= 0 && ::dup2(plan.stdio[i], static_cast<int>(i)) < 0) return errno;
  }
  if (!become(plan.user, plan.group)) return errno;
  if (plan.directory != nullptr && ::chdir(plan.directory) != 0) return errno;
  if (plan.process_group && ::setpgid(0, *plan.process_group) != 0) return errno;
  reset_signals();
  return run_first(plan.programs, plan.arguments, plan.environment);
}

[[noreturn, gnu::noinline]] void run_child(const NewProcess& plan, int status) noexcept {
  const int error = become_program(plan);
  [[maybe_unused]] const auto written = ::write(status, &error, sizeof error);
  ::_exit(127);
}

// The frame that calls vfork is used by both: it has nothing in it, and doesn't return in the child.
[[gnu::noinline]] pid_t start_child(const NewProcess& plan, int status) noexcept {
  const pid_t pid = ::vfork();
  if (pid == 0) run_child(plan, status);
  return pid;
}

// From here on it is the parent again.

/// What the child has to say before it runs its program: an errno, or nothing, when its end of the pipe closes.
int read_error(int status) noexcept {
  int error = 0;
  ssize_t count = 0;
  do {
    count = ::read(status, &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  return count == sizeof error ? error : 0;
}

void wait_for(pid_t pid) noexcept {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Outcome<Fd> open_pidfd(pid_t pid) noexcept {
  const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return std::unexpected(errno);
  return after_stdio(Fd(fd));
}

/// The reading end, and the writing end; both block.
Outcome<std::pair<Fd, Fd>> status_pipe() noexcept {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(errno);
  Fd reader(ends[0]);
  auto writer = after_stdio(Fd(ends[1]));
  if (!writer) return std::unexpected(writer.error());
  return std::pair(std::move(reader), std::move(*writer));
}

}  // namespace

Outcome<StartedProcess> start_process(const NewProcess& wanted) noexcept {
  NewProcess plan = wanted;
  const auto copies = copies_after_stdio(plan.stdio);
  if (!copies) return std::unexpected(copies.error());
  auto status = status_pipe();
  if (!status) return std::unexpected(status.error());

  pid_t pid = 0;
  int error = 0;
  {
    const NoSignals guard;
    pid = start_child(plan, status->second.get());
    error = errno;
  }
  if (pid < 0) return std::unexpected(error);
  status->second = Fd(-1);  // so that reading ends; and one descriptor is free for the pidfd
  error = read_error(status->first.get());
  if (error != 0) {
    wait_for(pid);
    return std::unexpected(error);
  }
  auto pidfd = open_pidfd(pid);
  if (!pidfd) {
    ::kill(pid, SIGKILL);
    wait_for(pid);
    return std::unexpected(pidfd.error());
  }
  return StartedProcess{pid, std::move(*pidfd)};
}

Outcome<std::optional<int>> reap(int pidfd) noexcept {
  siginfo_t info{};
  // SAFETY: P_PIDFD is 3; libc's enumeration may be older than the kernel's.
  constexpr auto kPidfd = static_cast<idtype_t>(3);
  int answer = 0;
  do {
    answer = ::waitid(kPidfd, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG);
  } while (answer != 0 && errno == EINTR);
  if (answer != 0) return std::unexpected(errno);
  if (info.si_pid == 0) return std::nullopt;
  constexpr int kCore = 0x80;
  switch (info.si_code) {
    case CLD_EXITED: return (info.si_status & 0xff) << 8;
    case CLD_DUMPED: return info.si_status | kCore;
    default: return info.si_status;
  }
}

Outcome<void> kill_process(int pidfd) noexcept {
  if (::syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0) != 0) return std::unexpected(errno);
  return {};
}

Outcome<Fd> open_null() noexcept {
  const int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (fd < 0) return std::unexpected(errno);
  return Fd(fd);
}

std::vector<std::string> environment() {
  std::vector<std::string> all;
  for (char** each = ::environ; each != nullptr && *each != nullptr; ++each) all.emplace_back(*each);
  return all;
}

}  // namespace heddle::inline v0::sys
