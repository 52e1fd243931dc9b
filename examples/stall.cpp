// SPDX-License-Identifier: MIT
// A call that blocks within a task: the report that names it, the other task that goes on all the same; and the cure.
#include <heddle/heddle.hpp>

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

namespace hd = heddle;
using namespace std::chrono_literals;

// As a library might that knows nothing of tasks.
[[gnu::noinline]] int read_slow_sensor() {
  std::this_thread::sleep_for(500ms);
  return 20;
}

hd::Async<int> temperature(bool careful) {
  if (!careful) co_return read_slow_sensor();
  auto reading = hd::task::spawn_blocking(read_slow_sensor);
  co_return (co_await reading).value();
}

hd::Task<int> thermostat(bool careful) { co_return co_await temperature(careful) + 1; }

hd::Task<int> count_ticks(int most) {
  for (int ticks = 0;; ++ticks) {
    if (ticks == most) co_return ticks;
    co_await hd::time::sleep(1ms);
  }
}

hd::Task<> run(bool careful) {
  auto heating = hd::task::Builder().name("thermostat").spawn(thermostat(careful));
  auto clock = hd::task::spawn(count_ticks(10));
  const int ticks = (co_await clock).value();
  const bool went_on = !heating.is_finished();
  const int degrees = (co_await heating).value();
  fmt::print("{} degrees; {} ticks {}\n", degrees, ticks, went_on ? "meanwhile" : "afterwards");
}

// Without a handler the report goes to stderr, with the whole stack.
void print(const hd::runtime::StallReport& report) {
  if (report.name() != "thermostat") return;  // a busy machine makes any task slow
  const auto file = std::filesystem::path(report.spawned_at().file_name()).filename().string();
  fmt::print("{}, spawned at {}:{}, holds its worker's thread\n", report.name(), file, report.spawned_at().line());
  for (const std::string& coroutine : report.awaits()) fmt::print("  in {}\n", coroutine);
  for (std::string_view function : report.stack()) {
    if (function.starts_with("read_")) fmt::print("  blocked in {}\n", function);
  }
}

int main() {
  auto builder = hd::runtime::Builder::multi_thread();
  auto runtime = builder.worker_threads(1).stall_threshold(100ms).on_stall(print).build().value();
  for (const bool careful : {false, true}) {
    fmt::print("{}:\n", careful ? "with spawn_blocking" : "blocking");
    runtime.block_on(runtime.spawn(run(careful))).value();
  }
}
