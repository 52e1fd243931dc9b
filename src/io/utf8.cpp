// SPDX-License-Identifier: MIT
// Checking UTF-8: runs of ASCII eight bytes at a time, the rest by the table of well-formed sequences (Unicode 3.9).
#include <heddle/io/detail/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace heddle::inline v0::io::detail {

namespace {

bool eight_are_ascii(const char* text) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return (word & 0x8080'8080'8080'8080U) == 0;
}

bool within(unsigned char byte, unsigned low, unsigned high) noexcept { return byte >= low && byte <= high; }

/// The length of the sequence that `text` begins with, 0 if it is ill-formed.
std::size_t sequence(std::string_view text) noexcept {
  const auto at = [text](std::size_t i) -> unsigned char {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto continues = [at](std::size_t i) { return within(at(i), 0x80, 0xBF); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  if (within(lead, 0xC2, 0xDF)) return continues(1) ? 2 : 0;
  if (within(lead, 0xE0, 0xEF)) {
    const bool second = within(at(1), lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    return second && continues(2) ? 3 : 0;
  }
  if (!within(lead, 0xF0, 0xF4)) return 0;
  const bool second = within(at(1), lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
  return second && continues(2) && continues(3) ? 4 : 0;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    std::size_t length = 8;
    if (text.size() < length || !eight_are_ascii(text.data())) length = sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

Error not_utf8() { return Error(ErrorKind::kInvalidData, "stream did not contain valid UTF-8"); }

}  // namespace heddle::inline v0::io::detail
