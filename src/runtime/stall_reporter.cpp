// SPDX-License-Identifier: MIT
// From a thread that is stuck to a report, and the report's text.
#include "runtime/stall_reporter.hpp"

#include <heddle/base/diagnosing.hpp>
#include <heddle/future/detail/tree.hpp>
#include <heddle/runtime/detail/task_cell.hpp>

#include "sys/symbols.hpp"

#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

namespace heddle::inline v0::runtime {

using namespace detail;

namespace {

/// In the signal handler of the thread that polls, which therefore stands still.
std::size_t note_awaits(const void* subject, std::span<const void*> into) noexcept {
  const auto& polled = *static_cast<const Polled*>(subject);
  if (polled.context == nullptr || polled.context->is_complete()) return 0;
  const future::detail::Tree* tree = polled.task->vtable().tree(*polled.task);
  return tree == nullptr ? 0 : future::detail::awaiting_code(*tree, into);
}

std::string name_or_place(sys::Symbols& symbols, const void* code) {
  std::string name = symbols.function_at(code);
  return name.empty() ? sys::Symbols::place_of(code) : name;
}

/// A return address lies behind the call, perhaps in the next function.
const void* call_before(const void* return_address) noexcept {
  return static_cast<const std::byte*>(return_address) - 1;
}

void append_lines(std::string& text, std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  text.append("  ").append(title).append("\n");
  for (const std::string& line : lines) text.append("    ").append(line).append("\n");
}

}  // namespace

StallReporter::StallReporter(const Config& config)
    : config_(config),
      threshold_(config.stall_threshold.value_or(base::diagnosing() || config.on_stall ? Config::kStallThreshold : 0)),
      snapshots_(threshold_ != 0 && config.stall_signal != 0 && sys::prepare_snapshots(config.stall_signal)) {}

bool StallReporter::report(CoreLease& lease, std::uint32_t poll, sys::ThreadId thread,
                           std::uint64_t nanoseconds) noexcept {
  const CoreLease::Held held = lease.hold();
  if (held == CoreLease::Held::kNo) return false;
  std::optional<StallReport> report;
  sys::Snapshot snapshot;
  if (lease.poll() == poll) {
    const Polled& polled = lease.polled();
    const task::TaskMeta meta = polled.task->meta();
    report.emplace(meta.id(), std::string(meta.name()), meta.spawned_at(), std::chrono::nanoseconds(nanoseconds));
    if (snapshots_) static_cast<void>(sys::take_snapshot(config_.stall_signal, thread, &note_awaits, &polled, snapshot));
  }
  lease.release(held);
  if (!report) return true;
  try {
    describe(snapshot, *report);
    hand_out(*report);
  } catch (...) {
    // The handler's own: what it throws has nowhere to go.
  }
  return true;
}

void StallReporter::describe(const sys::Snapshot& snapshot, StallReport& report) const {
  sys::Symbols symbols;
  for (std::size_t i = 0; i < snapshot.noted; ++i) report.awaits_.push_back(name_or_place(symbols, snapshot.notes[i]));
  for (std::size_t i = 0; i < snapshot.depth; ++i) {
    const void* code = i == 0 ? snapshot.stack[i] : call_before(snapshot.stack[i]);
    std::string name = name_or_place(symbols, code);
    // What is below is the worker's loop.
    if (name.find("runtime::detail::run_task(") != std::string::npos) break;
    report.stack_.push_back(std::move(name));
  }
}

void StallReporter::hand_out(const StallReport& report) const {
  if (config_.on_stall) return config_.on_stall(report);
  const std::string text = report.to_string();
  std::fprintf(stderr, "%s", text.c_str());
}

StallReport::StallReport(task::Id id, std::string name, std::source_location spawned_at,
                         std::chrono::nanoseconds held_for) noexcept
    : id_(id), name_(std::move(name)), spawned_at_(spawned_at), held_for_(held_for) {}

std::string StallReport::to_string() const {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(held_for_).count();
  std::string text = "heddle: stall: task " + std::to_string(id_.number());
  if (!name_.empty()) text.append(" \"").append(name_).append("\"");
  text.append(" has held its worker's thread for ").append(std::to_string(milliseconds)).append(" ms\n");
  text.append("  spawned at ").append(spawned_at_.file_name());
  text.append(":").append(std::to_string(spawned_at_.line())).append("\n");
  append_lines(text, "coroutines, each awaited by the next:", awaits_);
  append_lines(text, "the thread's stack, innermost first:", stack_);
  return text.append("  What blocks belongs in task::spawn_blocking or task::block_in_place; what computes for long lets\n"
                     "  others run with co_await task::yield_now().\n");
}

}  // namespace heddle::inline v0::runtime
