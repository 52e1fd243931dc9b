// SPDX-License-Identifier: MIT
// What can't be started, and what is told about it: by then no process and no descriptor is left.
#include <heddle/process/command.hpp>
#include <heddle/runtime/error.hpp>

#include "support/on_runtime.hpp"
#include "support/processes.hpp"
#include "support/sockets.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::io::ErrorKind;
using hd::process::Command;
using hd::process::Stdio;
using std::string_view_literals::operator""sv;

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0;
}

/// Starting it gives this error, and leaves nothing.
void expect_refused(Command& command, ErrorKind kind) {
  static_cast<void>(Command("/nothing").spawn());  // what is made once is made
  command.stdin_(Stdio::piped()).stdout_(Stdio::piped()).stderr_(Stdio::null());
  const std::size_t before = open_descriptors();
  auto child = command.spawn();
  ASSERT_FALSE(child.has_value());
  EXPECT_EQ(child.error().kind(), kind) << child.error().message();
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_FALSE(has_children());
}

class ProcessErrors : public OnRuntime {
 protected:
  void expect(Command command, ErrorKind kind) {
    run([](Command refused, ErrorKind why) -> Task<> {
      expect_refused(refused, why);
      co_return;
    }(std::move(command), kind));
  }
};
INSTANTIATE_TEST_SUITE_P(, ProcessErrors, every_kind(), name_of);

TEST_P(ProcessErrors, a_program_that_is_not_there) {
  expect(Command("/no/such/program"), ErrorKind::kNotFound);
  expect(Command("no-such-program-anywhere"), ErrorKind::kNotFound);
  expect(Command(""), ErrorKind::kNotFound);
}

TEST_P(ProcessErrors, a_directory_for_a_program) { expect(Command("/"), ErrorKind::kPermissionDenied); }

TEST_P(ProcessErrors, a_file_that_is_no_program) {
  const TempDir dir;
  const auto path = dir / "text";
  std::ofstream(path) << "text";
  expect(Command(path), ErrorKind::kPermissionDenied);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  run([](std::string text) -> Task<> {
    EXPECT_EQ(Command(text).spawn().error().raw_os_error(), ENOEXEC);
    co_return;
  }(path));
}

TEST_P(ProcessErrors, a_directory_to_begin_in_that_is_not_there) {
  Command command("/bin/true");
  command.current_dir("/no/such/directory");
  expect(std::move(command), ErrorKind::kNotFound);
}

TEST_P(ProcessErrors, a_nul_in_what_is_said) {
  expect(Command("/bin/true\0x"sv), ErrorKind::kInvalidInput);
  const auto with = [](auto set) {
    Command command("/bin/true");
    set(command);
    return command;
  };
  expect(with([](Command& command) { command.arg("a\0b"sv); }), ErrorKind::kInvalidInput);
  expect(with([](Command& command) { command.args({"a"sv, "\0"sv}); }), ErrorKind::kInvalidInput);
  expect(with([](Command& command) { command.arg0("a\0b"sv); }), ErrorKind::kInvalidInput);
  expect(with([](Command& command) { command.env("a\0b"sv, "c"); }), ErrorKind::kInvalidInput);
  expect(with([](Command& command) { command.env("a", "b\0c"sv); }), ErrorKind::kInvalidInput);
  expect(with([](Command& command) { command.current_dir("/\0"sv); }), ErrorKind::kInvalidInput);
}

TEST_P(ProcessErrors, a_variable_whose_name_is_none) {
  Command empty("/bin/true");
  empty.env("", "value");
  expect(std::move(empty), ErrorKind::kInvalidInput);
  Command equals("/bin/true");
  equals.env("a=b", "value");
  expect(std::move(equals), ErrorKind::kInvalidInput);
}

TEST_P(ProcessErrors, arguments_that_are_too_long) {
  run([]() -> Task<> {
    const std::string much(8U << 20, 'x');
    EXPECT_EQ(Command("/bin/true").arg(much).spawn().error().raw_os_error(), E2BIG);
    co_return;
  }());
}

TEST_P(ProcessErrors, a_full_table_of_descriptors) {
  run([]() -> Task<> {
    auto first = co_await Command("/bin/true").status();
    EXPECT_TRUE(first.has_value());
    {
      const hd::test::NoMoreDescriptors full;
      EXPECT_EQ(Command("/bin/true").spawn().error().kind(), ErrorKind::kTooManyOpenFiles);
      EXPECT_EQ(Command("/bin/true").stdin_(Stdio::piped()).spawn().error().kind(), ErrorKind::kTooManyOpenFiles);
      EXPECT_FALSE(has_children());
    }
    auto again = co_await Command("/bin/true").status();
    EXPECT_TRUE(again.has_value());
  }());
}

TEST(ProcessErrorsOutside, starting_outside_a_runtime_throws) {
  EXPECT_THROW(static_cast<void>(Command("/bin/true").spawn()), hd::runtime::NoRuntime);
}

}  // namespace
}  // namespace heddle_test
