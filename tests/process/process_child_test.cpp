// SPDX-License-Identifier: MIT
// What a child gets: streams, arguments, environment, directory, identity, signals; and what it doesn't get.
#include <heddle/future/join.hpp>
#include <heddle/io/copy.hpp>
#include <heddle/process/command.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"
#include "support/processes.hpp"
#include "support/temp_dir.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <unistd.h>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::process::Command;
using hd::process::Stdio;

class ProcessChild : public OnRuntime {
 protected:
  void expect(Command command, std::string_view wanted) {
    run([](Command what, std::string text) -> Task<> {
      const std::string written = co_await output_of(std::move(what));
      EXPECT_EQ(written, text);
    }(std::move(command), std::string(wanted)));
  }
};
INSTANTIATE_TEST_SUITE_P(, ProcessChild, every_kind(), name_of);

TEST_P(ProcessChild, what_is_written_to_a_child_comes_back_from_it) {
  run([]() -> Task<> {
    auto child = Command("cat").stdin_(Stdio::piped()).stdout_(Stdio::piped()).spawn().value();
    const std::string much(1U << 20, 'x');
    auto in = std::exchange(child.stdin_, std::nullopt);
    auto write = [](hd::process::ChildStdin pipe, std::string_view text) -> hd::Async<bool> {
      auto written = co_await pipe.write_all(bytes_of(text));
      co_return written.has_value();
    };
    auto writing = write(std::move(*in), much);
    in.reset();
    auto reading = all_of(*child.stdout_);
    auto both = hd::join(std::move(writing), std::move(reading));
    auto [written, text] = co_await std::move(both);
    EXPECT_TRUE(written);
    EXPECT_EQ(text.size(), much.size());
    auto status = co_await child.wait();
    EXPECT_TRUE(status.value().success());
  }());
}

TEST_P(ProcessChild, output_has_both_streams_though_they_fill_their_pipes) {
  run([]() -> Task<> {
    auto output = co_await shell("head -c 200000 /dev/zero >&2; head -c 300000 /dev/zero; exit 3").output();
    EXPECT_EQ(output.value().status.code(), 3);
    EXPECT_EQ(output.value().stdout_.size(), 300000U);
    EXPECT_EQ(output.value().stderr_.size(), 200000U);
  }());
}

TEST_P(ProcessChild, waiting_closes_the_standard_input_first) {
  run([]() -> Task<> {
    auto child = Command("cat").stdin_(Stdio::piped()).spawn().value();
    auto status = co_await child.wait();
    EXPECT_TRUE(status.value().success());
    EXPECT_FALSE(child.stdin_);
  }());
}

TEST_P(ProcessChild, a_null_stream_reads_the_end_and_swallows) {
  auto command = shell("cat; echo gone >&2; echo done");
  command.stdin_(Stdio::null()).stderr_(Stdio::null());
  expect(std::move(command), "done\n");
}

TEST_P(ProcessChild, what_one_child_writes_is_read_by_another) {
  run([]() -> Task<> {
    auto first = Command("echo").arg("hello").stdout_(Stdio::piped()).spawn().value();
    Command second("tr");
    second.args({"a-z", "A-Z"}).stdin_(Stdio::from_fd(std::move(*first.stdout_).into_blocking_fd().value()));
    const std::string text = co_await output_of(std::move(second));
    EXPECT_EQ(text, "HELLO\n");
    auto status = co_await first.wait();
    EXPECT_TRUE(status.value().success());
  }());
}

TEST_P(ProcessChild, a_stream_may_be_any_file_and_is_kept_for_the_next_run) {
  run([]() -> Task<> {
    const TempDir dir;
    const auto path = dir / "out";
    Command command("echo");
    command.arg("x").stdout_(
        Stdio::from_fd(hd::io::OwnedFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600))));
    for (int i = 0; i < 2; ++i) {
      auto status = co_await command.status();
      EXPECT_TRUE(status.value().success());
    }
    EXPECT_EQ(std::filesystem::file_size(path), 4U);
  }());
}

TEST_P(ProcessChild, streams_may_be_exchanged) {
  run([]() -> Task<> {
    auto command = shell("echo out; echo err >&2");
    command.stdout_(Stdio::from_fd(hd::io::OwnedFd(::fcntl(2, F_DUPFD_CLOEXEC, 0)))).stderr_(Stdio::piped());
    auto child = command.spawn().value();
    const std::string text = co_await all_of(*child.stderr_);
    EXPECT_EQ(text, "err\n");
    auto status = co_await child.wait();
    EXPECT_TRUE(status.value().success());
  }());
}

hd::Async<bool> runs_without_streams() {
  // What is opened once is opened by this; from then on pipes take the numbers of the streams.
  static_cast<void>(Command("/no/such/program").spawn());
  Command missing("/no/such/program");
  missing.stdout_(Stdio::from_fd(hd::io::OwnedFd(::open("/dev/null", O_WRONLY | O_CLOEXEC))));
  for (int fd = 0; fd < 3; ++fd) ::close(fd);
  if (missing.spawn().has_value()) co_return false;
  auto command = shell("cat; echo err >&2");
  auto child = command.stdin_(Stdio::piped()).stdout_(Stdio::piped()).stderr_(Stdio::piped()).spawn();
  auto written = co_await child->stdin_->write_all(bytes_of("in"));
  auto output = co_await std::move(*child).wait_with_output();
  co_return written && text_of(output->stdout_) == "in" && text_of(output->stderr_) == "err\n";
}

[[noreturn]] void run_without_streams() {
  const bool fine = hd::runtime::Builder::current_thread().build()->block_on(runs_without_streams());
  std::_Exit(fine ? 0 : 1);
}

TEST(ProcessChildDeath, a_program_without_standard_streams_starts_children_that_have_them) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(run_without_streams(), ::testing::ExitedWithCode(0), "");
}

TEST_P(ProcessChild, arguments_arrive_as_they_are) {
  auto command = shell(R"(printf '<%s>' "$@")");
  const std::vector<std::string> more{"$HOME", ""};
  command.arg("name").arg("a b").args(more).args({"*"});
  expect(std::move(command), "<a b><$HOME><><*>");
}

TEST_P(ProcessChild, the_environment_is_ours_with_what_was_changed) {
  ::setenv("HEDDLE_TEST_KEPT", "kept", 1);
  ::setenv("HEDDLE_TEST_REMOVED", "removed", 1);
  ::setenv("HEDDLE_TEST_CHANGED", "old", 1);
  auto command = shell("echo $HEDDLE_TEST_KEPT,$HEDDLE_TEST_REMOVED,$HEDDLE_TEST_CHANGED");
  command.env_remove("HEDDLE_TEST_REMOVED").env("HEDDLE_TEST_CHANGED", "x").env("HEDDLE_TEST_CHANGED", "new");
  expect(std::move(command), "kept,,new\n");
}

TEST_P(ProcessChild, a_cleared_environment_has_what_was_set_afterwards) {
  Command command("/usr/bin/env");
  command.env("BEFORE", "1").env_clear().env("AFTER", "2");
  expect(std::move(command), "AFTER=2\n");
}

TEST_P(ProcessChild, a_program_is_looked_for_in_the_path_of_the_child) {
  const TempDir dir;
  std::filesystem::create_symlink("/bin/echo", dir / "heddle-echo");
  Command command("heddle-echo");
  command.arg("found").env("PATH", "/nowhere:" + dir.path());
  expect(std::move(command), "found\n");
}

TEST_P(ProcessChild, it_begins_in_the_directory_that_was_said) {
  auto command = shell("pwd -P");
  command.current_dir("/usr");
  expect(std::move(command), "/usr\n");
}

TEST_P(ProcessChild, it_may_lead_a_process_group_of_its_own) {
  run([]() -> Task<> {
    auto child = Command("cat").stdin_(Stdio::piped()).process_group(0).spawn().value();
    EXPECT_EQ(::getpgid(static_cast<pid_t>(child.id().value())), static_cast<pid_t>(child.id().value()));
    auto status = co_await child.wait();
    EXPECT_TRUE(status.value().success());
  }());
}

TEST_P(ProcessChild, only_root_may_run_it_as_another) {
  run([]() -> Task<> {
    auto command = shell("id -u; id -g; id -G");
    command.uid(65534).gid(65534);
    std::array<gid_t, 64> groups{};
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    const gid_t another = 1;
    ::setgroups(1, &another);  // as root, which has none everywhere
    auto output = co_await command.output();
    if (count >= 0) ::setgroups(static_cast<std::size_t>(count), groups.data());
    if (::geteuid() != 0) {
      EXPECT_EQ(output.error().kind(), hd::io::ErrorKind::kPermissionDenied);
      co_return;
    }
    EXPECT_EQ(text_of(output.value().stdout_), "65534\n65534\n65534\n");
  }());
}

TEST_P(ProcessChild, it_has_no_descriptor_of_ours_but_its_streams) {
  run([]() -> Task<> {
    // Ours, as many of them as there are: a runtime's, pipes, other children's.
    auto other = Command("cat").stdin_(Stdio::piped()).stdout_(Stdio::piped()).spawn().value();
    // What the program that started this one left open is not ours.
    std::set<std::string> inherited;
    for (int fd = 3; fd < 1024; ++fd) {
      const int flags = ::fcntl(fd, F_GETFD);
      if (flags >= 0 && (flags & FD_CLOEXEC) == 0) inherited.insert(std::to_string(fd) + "\n");
    }
    auto command = shell("for fd in /proc/$$/fd/*; do n=${fd##*/}; [ $n -gt 2 ] && [ -e $fd ] && echo $n; done; true");
    command.stdin_(Stdio::piped());
    const std::string text = co_await output_of(std::move(command));
    std::string expected;  // in the order of a shell's pattern
    for (const std::string& fd : inherited) expected += fd;
    EXPECT_EQ(text, expected);
    auto status = co_await other.wait();
    EXPECT_TRUE(status.value().success());
  }());
}

void on_signal(int) {}

TEST_P(ProcessChild, it_has_no_blocked_signal_and_ignores_what_we_do_but_for_sigpipe) {
  const auto pipe_before = ::signal(SIGPIPE, SIG_IGN);
  const auto hangup_before = ::signal(SIGHUP, SIG_IGN);
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR2);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);  // the runtime's threads inherit it
  Command command("grep");
  command.args({"-E", "^Sig(Blk|Ign)", "/proc/self/status"});
  expect(std::move(command), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000001\n");
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  ::signal(SIGHUP, hangup_before);
  ::signal(SIGPIPE, pipe_before);
}

TEST_P(ProcessChild, signals_that_come_while_it_is_started_do_no_harm) {
  struct sigaction before {};
  struct sigaction ours {};
  ours.sa_handler = on_signal;
  ours.sa_flags = SA_RESTART;
  ::sigaction(SIGUSR1, &ours, &before);
  run([]() -> Task<> {
    for (int i = 0; i < 50; ++i) {
      ::kill(::getpid(), SIGUSR1);
      auto status = co_await Command("/bin/true").status();
      EXPECT_TRUE(status.value().success());
    }
  }());
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_P(ProcessChild, a_program_that_ignores_sigchld_is_told_that_the_status_is_lost) {
  const auto before = ::signal(SIGCHLD, SIG_IGN);
  run([]() -> Task<> {
    auto child = Command("cat").stdin_(Stdio::piped()).spawn().value();
    auto status = co_await child.wait();
    EXPECT_EQ(status.error().raw_os_error(), ECHILD);
    EXPECT_FALSE(child.id());
    EXPECT_TRUE(child.start_kill().has_value());
  }());
  ::signal(SIGCHLD, before);
}

}  // namespace
}  // namespace heddle_test
