// SPDX-License-Identifier: MIT
// Files hashed on threads that may block, beside a clock that ticks on.
#include <heddle/heddle.hpp>

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
namespace hd = heddle;
namespace fs = std::filesystem;

constexpr int kSlowness = 3;
std::atomic<int> ticks = 0;

// FNV-1a of a file that a slow disk gives out after some ticks only: so the output is always the same. Were this called
// in a task, on the thread that ticks, it would wait for ever.
std::uint64_t hash(fs::path path) {
  while (ticks < kSlowness) hd::thread::sleep(1ms);
  std::ifstream file(path, std::ios::binary);
  std::uint64_t sum = 0xcbf29ce484222325U;
  std::array<char, 4096> part{};
  while (file.read(part.data(), part.size()), file.gcount() > 0) {
    for (const char c : std::span(part).first(static_cast<std::size_t>(file.gcount()))) {
      sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
  }
  return sum;
}

hd::Task<> tick() {
  auto interval = hd::time::interval(10ms);
  for (;;) {
    co_await interval.tick();
    if (ticks < kSlowness) fmt::print("tick {}\n", ticks + 1);
    ++ticks;
  }
}

hd::Task<> app(fs::path folder) {
  auto clock = hd::task::spawn(tick());
  std::vector<std::pair<std::string, hd::task::JoinHandle<std::uint64_t>>> sums;
  for (const std::string name : {"alpha.txt", "beta.txt", "gamma.txt"}) {
    std::ofstream(folder / name) << std::string(100'000, name.front());
    sums.emplace_back(name, hd::task::spawn_blocking(hash, folder / name));
  }
  for (auto& [name, sum] : sums) fmt::print("{:016x}  {}\n", (co_await sum).value(), name);
  clock.abort();
}

int main() {
  std::string folder = fs::temp_directory_path() / "heddle-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return EXIT_FAILURE;
  const int status = hd::main(app, fs::path(folder));
  fs::remove_all(folder);
  return status;
}
