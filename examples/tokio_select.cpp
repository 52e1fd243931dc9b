// SPDX-License-Identifier: MIT
// Two timers race: the first that is ready runs its handler, the other is dropped.
#include <heddle/heddle.hpp>

#include <fmt/format.h>

using namespace std::chrono_literals;
namespace hd = heddle;

hd::Task<> app() {
  co_await hd::select(hd::on(hd::time::sleep(1s), [] { fmt::print("1 second elapsed\n"); }),
                      hd::on(hd::time::sleep(500ms), [] { fmt::print("500ms elapsed first\n"); }));
}

int main() { return hd::main(app); }
