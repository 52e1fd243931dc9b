// SPDX-License-Identifier: MIT
// Whether bytes are UTF-8.
#pragma once

#include <heddle/io/error.hpp>

#include <string_view>

namespace heddle::inline v0::io::detail {

/// As the Unicode standard has it: no overlong form, no surrogate, nothing beyond U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The error for text that isn't. Rust's words.
[[nodiscard]] Error not_utf8();

}  // namespace heddle::inline v0::io::detail
