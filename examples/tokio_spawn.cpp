// SPDX-License-Identifier: MIT
// Two tasks that run beside each other, and their results.
#include <heddle/heddle.hpp>

#include <fmt/format.h>

using namespace std::chrono_literals;
namespace hd = heddle;

hd::Task<int> number(int value, std::chrono::milliseconds delay) {
  co_await hd::time::sleep(delay);
  fmt::print("Task {} done\n", value);
  co_return value;
}

hd::Task<> app() {
  auto first = hd::task::spawn(number(1, 100ms));
  auto second = hd::task::spawn(number(2, 50ms));
  const int r1 = (co_await first).value();
  const int r2 = (co_await second).value();
  fmt::print("Results: {}, {}\n", r1, r2);
}

int main() { return hd::main(app); }
