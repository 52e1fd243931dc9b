// SPDX-License-Identifier: MIT
// Shared state: one vector, three threads that own it together, and a lock around it.
#include <heddle/heddle.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hd = heddle;

using Shared = hd::Arc<hd::Mutex<std::vector<int>>>;

int main() {
  auto data = Shared::make(std::vector{1, 2, 3});
  fmt::print("Owners at first: {}\n", data.strong_count());

  // A copy of the owner is visible in the code. Each of these counts the vector once more; none copies it.
  std::array clones{data.clone(), data.clone(), data.clone()};
  fmt::print("Owners with a clone for each thread: {}\n", data.strong_count());

  std::vector<hd::thread::JoinHandle<void>> handles;
  for (int i : {0, 1, 2}) {
    handles.push_back(hd::thread::spawn(
        [](Shared data, int i) {
          auto guard = data->lock().value();
          guard->push_back(i * 10);
        },  // the guard unlocks, then the clone goes
        std::move(clones[i]), i));
  }
  for (auto& handle : handles) handle.join().value();
  fmt::print("Owners when the threads are joined: {}\n", data.strong_count());

  auto result = data->lock().value();
  std::ranges::sort(result->begin() + 3, result->end());  // the threads came in any order
  fmt::print("Result: {}\n", *result);
}
