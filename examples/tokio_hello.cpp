// SPDX-License-Identifier: MIT
// The smallest asynchronous program: a function that waits without holding its thread.
#include <heddle/heddle.hpp>

#include <fmt/format.h>

using namespace std::chrono_literals;
namespace hd = heddle;

hd::Async<int> compute() {
  co_await hd::time::sleep(100ms);
  co_return 42;
}

hd::Task<> app() {
  fmt::print("Starting\n");
  const int result = co_await compute();
  fmt::print("Result: {}\n", result);
}

int main() { return hd::main(app); }
