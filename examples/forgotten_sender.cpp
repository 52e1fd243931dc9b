// SPDX-License-Identifier: MIT
// A loop over a channel that never ends, since the original sender is kept; the report that says so; and the cure.
#include <heddle/heddle.hpp>

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace hd = heddle;
using namespace std::chrono_literals;

hd::Task<> produce(hd::mpsc::Sender<int> tx, int number) { co_await tx.send_async(number); }

hd::Task<int> sum_of_three(bool drop_the_original) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  for (int number = 1; number <= 3; ++number) hd::task::spawn(produce(tx.clone(), number));
  if (drop_the_original) { const auto last = std::move(tx); }
  int sum = 0;
  while (auto number = co_await rx.recv_async()) sum += *number;  // until the last sender is gone
  co_return sum;
}

// Without a hook the report goes to stderr, and the program goes on to hang. This one ends block_on.
void give_up(std::string_view report) {
  std::string text(report);
  const std::string folder = std::filesystem::path(__FILE__).parent_path().string() + "/";
  for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) text.erase(at, folder.size());
  fmt::print("{}", text);
  throw std::runtime_error("gave up");
}

int main() {
  auto runtime = hd::runtime::Builder::current_thread().on_deadlock(give_up, 50ms).build().value();
  try {
    fmt::print("sum: {}\n", runtime.block_on(runtime.spawn(sum_of_three(false))).value());
  } catch (const std::runtime_error& error) {
    fmt::print("{}\n", error.what());
  }
  fmt::print("sum: {}\n", runtime.block_on(runtime.spawn(sum_of_three(true))).value());
}
