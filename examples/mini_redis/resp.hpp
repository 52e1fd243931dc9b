// SPDX-License-Identifier: MIT
// Redis' protocol (RESP2): requests found in bytes, replies written as bytes.
#pragma once

#include <heddle/io/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mini_redis {

/// A command's name and its arguments.
using Request = std::vector<std::string_view>;

/// How much one request may be. A peer that sends more is told so, and its connection closed.
struct RequestLimits {
  std::size_t arguments = 65'536;
  std::size_t bulk = 8U << 20;
  std::size_t total = 64U << 20;
  std::size_t line = 64U << 10;
};

/// Finds requests, each byte looked at once however they arrive.
class Parser {
 public:
  enum class Status : std::uint8_t { kMore, kRequest, kError };

  explicit Parser(RequestLimits limits) noexcept : limits_(limits) {}

  /// Looks for a request at the beginning of `bytes`. After kMore it goes on where it stopped: `bytes` must be the same
  /// and more. After kRequest it begins anew: the caller has taken `size()` bytes away.
  [[nodiscard]] Status parse(std::string_view bytes);

  /// The request, whose parts stand in the bytes last parsed.
  [[nodiscard]] const Request& request() const noexcept { return request_; }
  [[nodiscard]] std::size_t size() const noexcept { return at_; }
  /// What is wrong, for the peer.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  enum class Step : std::uint8_t { kDone, kMore, kError };
  struct Part {
    std::size_t begin;
    std::size_t size;
  };

  Step parse_head(std::string_view bytes);
  Step parse_inline(std::string_view bytes);
  Step parse_part(std::string_view bytes);
  /// The number in a line that begins with a mark, such as "$11\r\n".
  std::optional<std::int64_t> parse_number(std::string_view bytes, std::string_view what);
  Step refuse(std::string_view why);

  RequestLimits limits_;
  std::size_t at_ = 0;
  bool done_ = true;
  // How many parts are to come, and the size of the next; nothing before their line was read.
  std::optional<std::size_t> parts_left_;
  std::optional<std::size_t> part_size_;
  std::vector<Part> parts_;
  Request request_;
  std::string error_;
};

/// Replies. Text of errors and simple strings has no line end in it.
void reply_simple(heddle::io::Buffer& out, std::string_view text);
void reply_error(heddle::io::Buffer& out, std::string_view text);
void reply_integer(heddle::io::Buffer& out, std::int64_t number);
void reply_bulk(heddle::io::Buffer& out, std::string_view bytes);
void reply_null(heddle::io::Buffer& out);
/// So many replies follow.
void reply_array(heddle::io::Buffer& out, std::size_t size);

}  // namespace mini_redis
