// SPDX-License-Identifier: MIT
// Threads that read their parent's data where it stands: the scope waits for them, so nothing is copied or counted.
#include <heddle/heddle.hpp>

#include <numeric>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hd = heddle;

int sum(std::span<const int> part) { return std::reduce(part.begin(), part.end()); }

int main() {
  const std::vector data{1, 2, 3, 4, 5, 6};

  const int total = hd::thread::scope([&](hd::thread::Scope& s) {
    auto left = s.spawn(&sum, s.ref(std::span(data).first(3)));
    auto right = s.spawn(&sum, s.ref(std::span(data).subspan(3)));
    s.spawn([](const std::vector<int>& all) { return all.size(); }, s.ref(data));  // readers may overlap
    return left.join().value() + right.join().value();
  });

  fmt::print("Sum: {}\n", total);
  fmt::print("Still here: {}\n", data);
}
