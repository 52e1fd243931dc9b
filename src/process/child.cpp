// SPDX-License-Identifier: MIT
// Waiting for children, and ending them.
#include <heddle/process/child.hpp>

#include <heddle/future/join.hpp>
#include <heddle/future/ok.hpp>
#include <heddle/io/read.hpp>

#include "process/reaper.hpp"
#include "sys/process.hpp"

#include <utility>
#include <vector>

namespace heddle::inline v0::process {

namespace detail {

Process::~Process() {
  if (pidfd_.as_raw_fd() < 0 || is_over()) return;
  if (kill_on_drop_) static_cast<void>(sys::kill_process(pidfd_.as_raw_fd()));
  leave_to_reaper(std::move(pidfd_));
}

io::Result<std::optional<ExitStatus>> Process::try_wait() {
  if (status_) return status_;
  const auto ended = sys::reap(pidfd_.as_raw_fd());
  if (!ended) {
    lost_ = true;
    return io::fail(ended.error());
  }
  if (*ended) status_ = ExitStatus::from_raw(**ended);
  return status_;
}

io::Result<void> Process::kill() {
  if (is_over()) return {};
  if (const auto sent = sys::kill_process(pidfd_.as_raw_fd()); !sent) return io::fail(sent.error());
  return {};
}

namespace {

using Bytes = std::vector<std::byte>;

Async<io::Result<Bytes>> read_all(std::optional<net::unix_pipe::Receiver> from) {
  Bytes all;
  if (from) co_await ok(io::read_to_end(*from, all));
  co_return all;
}

}  // namespace
}  // namespace detail

Poll<Wait::Output> Wait::poll(Context& cx) {
  for (;;) {
    auto ended = ended_.poll(cx);
    if (ended.is_pending()) return Pending;
    if (!ended->has_value()) return Poll<Output>(std::in_place, std::unexpect, std::move(*ended).error());
    auto status = process_.get_mut().try_wait();
    if (!status) return Poll<Output>(std::in_place, std::unexpect, std::move(status).error());
    if (*status) return Poll<Output>(std::in_place, **status);
    (*ended)->clear_ready();
  }
}

Async<io::Result<void>> Child::kill() {
  if (auto sent = start_kill(); !sent) co_return sent;
  co_await ok(wait());
  co_return io::Result<void>();
}

namespace {

Async<io::Result<Output>> output_of(Child child) {
  child.stdin_.reset();
  auto out = detail::read_all(std::exchange(child.stdout_, std::nullopt));
  auto err = detail::read_all(std::exchange(child.stderr_, std::nullopt));
  auto both = try_join(std::move(out), std::move(err));
  auto [written, complained] = co_await ok(std::move(both));
  const ExitStatus status = co_await ok(child.wait());
  co_return Output(status, std::move(written), std::move(complained));
}

}  // namespace

Async<io::Result<Output>> Child::wait_with_output() && { return output_of(std::move(*this)); }

}  // namespace heddle::inline v0::process
