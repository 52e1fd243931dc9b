// SPDX-License-Identifier: MIT
// Starting programs.
#include <heddle/process/command.hpp>

#include <heddle/future/ok.hpp>
#include <heddle/runtime/spawn.hpp>

#include "process/reaper.hpp"
#include "sys/pipe.hpp"
#include "sys/process.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace heddle::inline v0::process {

namespace {

/// Texts as the system wants them.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string_view name_in(std::string_view variable) { return variable.substr(0, variable.find('=')); }

std::string_view path_in(const std::vector<std::string>& environment) {
  constexpr std::string_view kPath = "PATH=";
  for (const std::string_view each : environment) {
    if (each.starts_with(kPath)) return each.substr(kPath.size());
  }
  return "/bin:/usr/bin";  // as execvp(3) has it
}

/// The ends of one standard stream that are made for it: the child's, and ours.
struct Ends {
  io::OwnedFd child{-1};
  io::OwnedFd ours{-1};
};

io::OwnedFd owned(sys::Fd fd) { return io::OwnedFd(fd.release()); }

io::Result<Ends> open_null() {
  auto null = sys::open_null();
  if (!null) return io::fail(null.error());
  return Ends{owned(std::move(*null)), io::OwnedFd(-1)};
}

io::Result<Ends> make_pipe(bool child_reads) {
  auto pipe = sys::pipe();
  if (!pipe) return io::fail(pipe.error());
  auto& [reader, writer] = *pipe;
  Ends ends{owned(std::move(child_reads ? reader : writer)), owned(std::move(child_reads ? writer : reader))};
  // Programs expect to block.
  if (const auto set = sys::set_nonblocking(ends.child.as_raw_fd(), false); !set) return io::fail(set.error());
  return ends;
}

io::Result<Ends> ends_for(Stdio::Kind kind, bool child_reads) {
  switch (kind) {
    case Stdio::Kind::kNull: return open_null();
    case Stdio::Kind::kPiped: return make_pipe(child_reads);
    default: return Ends{};
  }
}

/// Our end as a stream, if there is one.
template <class End>
io::Result<std::optional<End>> stream_of(io::OwnedFd fd) {
  if (fd.as_raw_fd() < 0) return std::nullopt;
  auto stream = End::from_fd_unchecked(std::move(fd));
  if (!stream) return std::unexpected(std::move(stream).error());
  return std::optional<End>(std::move(*stream));
}

Async<io::Result<ExitStatus>> status_of(io::Result<Child> started) {
  if (!started) co_return std::unexpected(std::move(started).error());
  Child child = std::move(*started);
  child.stdout_.reset();
  child.stderr_.reset();
  co_return co_await child.wait();
}

Async<io::Result<Output>> output_of(io::Result<Child> started) {
  if (!started) co_return std::unexpected(std::move(started).error());
  auto output = std::move(*started).wait_with_output();
  co_return co_await std::move(output);
}

}  // namespace

Command& Command::env(std::string_view name, std::string_view value) {
  set_variable(name, text(value));
  return *this;
}
Command& Command::env_remove(std::string_view name) {
  set_variable(name, std::nullopt);
  return *this;
}
void Command::set_variable(std::string_view name, std::optional<std::string> value) {
  static_cast<void>(text(name));
  std::erase_if(env_, [&](const Variable& each) { return each.name == name; });
  env_.emplace_back(name, std::move(value));
}

io::Result<void> Command::check() const {
  if (has_nul_) return io::fail(io::ErrorKind::kInvalidInput, "a NUL in what a process is to get");
  const auto is_no_name = [](const Variable& each) { return each.name.empty() || each.name.contains('='); };
  if (std::ranges::any_of(env_, is_no_name)) {
    return io::fail(io::ErrorKind::kInvalidInput, "an environment variable's name is empty, or contains a =");
  }
  return {};
}

std::vector<std::string> Command::environment() const {
  std::vector<std::string> all;
  if (!env_clear_) all = sys::environment();
  std::erase_if(all, [&](const std::string& variable) {
    return std::ranges::any_of(env_, [&](const Variable& each) { return each.name == name_in(variable); });
  });
  for (const Variable& each : env_) {
    if (each.value) all.push_back(each.name + "=" + *each.value);
  }
  return all;
}

std::vector<std::string> Command::programs(const std::vector<std::string>& environment) const {
  if (program_.empty() || program_.contains('/')) return {program_};
  std::vector<std::string> found;
  std::string_view rest = path_in(environment);
  for (;;) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string_view folder = rest.substr(0, end);
    found.push_back(folder.empty() ? "./" + program_ : std::string(folder) + "/" + program_);
    if (end == rest.size()) return found;
    rest.remove_prefix(end + 1);
  }
}

/// What is made for the child's standard streams, and our ends of its pipes.
struct Command::Streams {
  std::array<io::OwnedFd, 3> of_child{io::OwnedFd(-1), io::OwnedFd(-1), io::OwnedFd(-1)};
  std::optional<ChildStdin> in;
  std::optional<ChildStdout> out;
  std::optional<ChildStderr> err;
};

io::Result<Command::Streams> Command::streams() const {
  Streams streams;
  std::array<io::OwnedFd, 3> ours{io::OwnedFd(-1), io::OwnedFd(-1), io::OwnedFd(-1)};
  for (std::size_t i = 0; i < stdio_.size(); ++i) {
    auto ends = ends_for(stdio_[i].kind(), i == 0);
    if (!ends) return std::unexpected(std::move(ends).error());
    streams.of_child[i] = std::move(ends->child);
    ours[i] = std::move(ends->ours);
  }
  auto in = stream_of<ChildStdin>(std::move(ours[0]));
  if (!in) return std::unexpected(std::move(in).error());
  auto out = stream_of<ChildStdout>(std::move(ours[1]));
  if (!out) return std::unexpected(std::move(out).error());
  auto err = stream_of<ChildStderr>(std::move(ours[2]));
  if (!err) return std::unexpected(std::move(err).error());
  streams.in = std::move(*in);
  streams.out = std::move(*out);
  streams.err = std::move(*err);
  return streams;
}

io::Result<detail::Process> Command::start(const Streams& streams) const {
  std::vector<std::string> arguments{arg0_.value_or(program_)};
  arguments.insert(arguments.end(), args_.begin(), args_.end());
  std::vector<std::string> variables = environment();
  std::vector<std::string> places = programs(variables);
  const auto argument_pointers = pointers_to(arguments);
  const auto variable_pointers = pointers_to(variables);
  const auto place_pointers = pointers_to(places);

  sys::NewProcess plan;
  plan.programs = std::span(place_pointers).first(places.size());
  plan.arguments = argument_pointers.data();
  plan.environment = variable_pointers.data();
  plan.directory = directory_ ? directory_->c_str() : nullptr;
  for (std::size_t i = 0; i < stdio_.size(); ++i) {
    const io::OwnedFd& fd = stdio_[i].kind() == Stdio::Kind::kFd ? stdio_[i].fd_ : streams.of_child[i];
    plan.stdio[i] = fd.as_raw_fd();
  }
  plan.user = user_;
  plan.group = group_;
  plan.process_group = process_group_;
  auto started = sys::start_process(plan);
  if (!started) return io::fail(started.error());
  return detail::Process(static_cast<std::uint32_t>(started->pid), owned(std::move(started->pidfd)));
}

io::Result<Child> Command::spawn() {
  static_cast<void>(runtime::detail::current_runtime("process::Command::spawn"));
  if (auto fine = check(); !fine) return std::unexpected(std::move(fine).error());
  if (auto ready = detail::prepare_reaper(); !ready) return std::unexpected(std::move(ready).error());
  auto streams = this->streams();
  if (!streams) return std::unexpected(std::move(streams).error());
  auto process = start(*streams);
  if (!process) return std::unexpected(std::move(process).error());
  auto watched = net::AsyncFd<detail::Process>::make(std::move(*process));
  if (!watched) return std::unexpected(std::move(watched).error());
  watched->get_mut().kill_on_drop(kill_on_drop_);
  return Child(std::move(streams->in), std::move(streams->out), std::move(streams->err), std::move(*watched));
}

Async<io::Result<ExitStatus>> Command::status() { return status_of(spawn()); }

Async<io::Result<Output>> Command::output() {
  stdio_[1] = Stdio::piped();
  stdio_[2] = Stdio::piped();
  return output_of(spawn());
}

}  // namespace heddle::inline v0::process
