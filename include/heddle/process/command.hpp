// SPDX-License-Identifier: MIT
// Command: a program to be run, its arguments, environment and standard streams.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/io/error.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/process/child.hpp>
#include <heddle/process/exit_status.hpp>
#include <heddle/process/stdio.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle::inline v0::process {

/// A program to be run: `auto output = co_await Command("git").arg("status").output();`
///
/// Shape       Each setting returns the Command. May be run any number of times.
/// Errors      Nothing is checked before it is run.
///
/// The child has none of our descriptors but its standard streams (what is open without close-on-exec isn't ours), no
/// blocked signal, and none of our handlers; signals that are ignored stay so, but for SIGPIPE.
///
/// Corresponds to Tokio's `process::Command`.
class Command {
 public:
  /// A program's path; or a name without a slash, which is looked for in the PATH that the child will have. Not by way
  /// of a shell: arguments arrive as they are.
  explicit Command(std::string_view program) : program_(text(program)) {}

  Command& arg(std::string_view argument) {
    args_.push_back(text(argument));
    return *this;
  }
  template <std::ranges::input_range Range>
    requires std::convertible_to<std::ranges::range_reference_t<Range>, std::string_view>
  Command& args(Range&& arguments) {
    for (auto&& each : arguments) arg(each);
    return *this;
  }
  Command& args(std::initializer_list<std::string_view> arguments) {
    for (const std::string_view each : arguments) arg(each);
    return *this;
  }
  /// What the program is told to be its name; the program's name otherwise.
  Command& arg0(std::string_view name) {
    arg0_ = text(name);
    return *this;
  }

  /// Sets a variable of the child's environment, which is ours otherwise.
  Command& env(std::string_view name, std::string_view value);
  Command& env_remove(std::string_view name);
  /// The child gets those variables only that are set afterwards.
  Command& env_clear() {
    env_clear_ = true;
    env_.clear();
    return *this;
  }

  /// Where the child begins. A program with a relative path is looked for from there.
  Command& current_dir(const std::filesystem::path& directory) {
    directory_ = text(directory.native());
    return *this;
  }

  /// The child's standard streams, inherited at first. `output` makes pipes of the last two, whatever was said.
  Command& stdin_(Stdio stdio) { return set_stdio(0, std::move(stdio)); }
  Command& stdout_(Stdio stdio) { return set_stdio(1, std::move(stdio)); }
  Command& stderr_(Stdio stdio) { return set_stdio(2, std::move(stdio)); }

  /// Dropping the Child, or a future that owns one, kills the process. Off at first.
  Command& kill_on_drop(bool on) noexcept {
    kill_on_drop_ = on;
    return *this;
  }

  /// Whom the child runs as. With `uid`, one of root has no supplementary groups.
  Command& uid(std::uint32_t id) noexcept {
    user_ = id;
    return *this;
  }
  Command& gid(std::uint32_t id) noexcept {
    group_ = id;
    return *this;
  }
  /// The process group that the child joins; 0 makes one of its own, which the terminal's signals don't reach.
  Command& process_group(int id) noexcept {
    process_group_ = id;
    return *this;
  }

  /// Starts the program. Throws runtime::NoRuntime outside a runtime.
  ///
  /// Errors      What failed in the child, up to the program's start, included: kNotFound if there is no such program
  ///             or directory, kPermissionDenied if it may not be run, or is a directory; kInvalidInput for a NUL in what
  ///             was said, or a variable without a name or with a `=` in it; kTooManyOpenFiles. No process is left.
  /// Blocking    The thread, until the program starts: a millisecond, mostly.
  /// Corresponds to `Command::spawn`.
  [[nodiscard]] io::Result<Child> spawn();

  /// Starts the program, and waits for its end. It is started by the call. Pipes are closed. Errors: of spawn and wait.
  /// Cancelling  Drops the Child. Corresponds to `Command::status`.
  [[nodiscard]] Async<io::Result<ExitStatus>> status();

  /// Starts the program, and waits for its end and all that it writes. It is started by the call.
  ///
  /// Errors      Of spawn and Child::wait_with_output. That the program fails is none: see Output::status.
  /// Cancelling  Drops the Child, and what was read.
  /// Corresponds to `Command::output`.
  [[nodiscard]] Async<io::Result<Output>> output();

 private:
  /// A variable, set or removed.
  struct Variable {
    std::string name;
    std::optional<std::string> value;

    Variable(std::string_view of, std::optional<std::string> to) : name(of), value(std::move(to)) {}
    HEDDLE_FIELDS(name, value);
  };

  /// What was said, as text for the system, which ends at a NUL.
  std::string text(std::string_view said) {
    if (said.contains('\0')) has_nul_ = true;
    return std::string(said);
  }
  Command& set_stdio(std::size_t stream, Stdio stdio) {
    stdio_[stream] = std::move(stdio);
    return *this;
  }
  struct Streams;
  void set_variable(std::string_view name, std::optional<std::string> value);
  [[nodiscard]] io::Result<void> check() const;
  [[nodiscard]] std::vector<std::string> environment() const;
  [[nodiscard]] std::vector<std::string> programs(const std::vector<std::string>& environment) const;
  [[nodiscard]] io::Result<Streams> streams() const;
  [[nodiscard]] io::Result<detail::Process> start(const Streams& streams) const;

  bool has_nul_ = false;  // first: the constructor's text sets it
  bool env_clear_ = false;
  bool kill_on_drop_ = false;
  std::string program_;
  std::vector<std::string> args_;
  std::optional<std::string> arg0_;
  std::vector<Variable> env_;
  std::optional<std::string> directory_;
  std::array<Stdio, 3> stdio_{Stdio::inherit(), Stdio::inherit(), Stdio::inherit()};
  std::optional<std::uint32_t> user_;
  std::optional<std::uint32_t> group_;
  std::optional<int> process_group_;

  HEDDLE_FIELDS(has_nul_, env_clear_, kill_on_drop_, program_, args_, arg0_, env_, directory_, stdio_, user_, group_,
                process_group_);
};

}  // namespace heddle::inline v0::process
