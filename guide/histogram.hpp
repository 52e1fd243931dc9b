// SPDX-License-Identifier: MIT
// Counts durations in buckets that are at most 1/64 wide of what they hold. After G. Tene's HdrHistogram.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace guide {

/// Nanoseconds in, quantiles out, in constant memory.
class Histogram {
 public:
  void add(std::uint64_t value) noexcept {
    ++counts_[bucket_of(value)];
    ++total_;
  }

  /// The highest value of the bucket that holds the share `q` of what was added; 0 if nothing was.
  [[nodiscard]] std::uint64_t quantile(double q) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(q * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      seen += counts_[bucket];
      if (seen > wanted || (seen == total_ && seen != 0)) return highest_in(bucket);
    }
    return 0;
  }

 private:
  static constexpr unsigned kBits = 6;
  static constexpr std::size_t kPerOctave = std::size_t{1} << kBits;

  // Values below 64 have a bucket each; above, the leading bit picks the octave and the next six the bucket.
  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < kPerOctave) return static_cast<std::size_t>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kBits;
    return (shift + 1) * kPerOctave + (static_cast<std::size_t>(value >> shift) - kPerOctave);
  }

  static constexpr std::uint64_t highest_in(std::size_t bucket) noexcept {
    if (bucket < kPerOctave) return bucket;
    const std::size_t shift = bucket / kPerOctave - 1;
    const std::uint64_t lowest = static_cast<std::uint64_t>(kPerOctave + bucket % kPerOctave) << shift;
    return lowest + ((std::uint64_t{1} << shift) - 1);
  }

  std::array<std::uint64_t, (64 - kBits + 1) * kPerOctave> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace guide
