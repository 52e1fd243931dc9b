// SPDX-License-Identifier: MIT
// Requests of HTTP/1 found by http_parser, and what is replied to each.
#pragma once

#include <heddle/io/buffer.hpp>

#include <http_parser.h>

#include <cstdint>
#include <ctime>
#include <span>
#include <string>
#include <string_view>

namespace http_hello {

/// Reads requests from bytes as they come, and appends the replies in that order.
class Requests {
 public:
  enum class Next : std::uint8_t {
    kRead,   ///< needs more bytes
    kWrite,  ///< there are many replies: write them before going on
    kEnd,    ///< the last reply is there
  };
  struct Taken {
    std::size_t bytes;
    Next next;
    Taken(std::size_t b, Next n) noexcept : bytes(b), next(n) {}
  };

  // More headers, and more of a body, are refused.
  static constexpr std::uint32_t kMaxHead = 16U << 10;
  static constexpr std::uint64_t kMaxBody = 1U << 20;

  explicit Requests(heddle::io::Buffer& out);
  Requests(const Requests&) = delete;  // the parser knows its place
  Requests& operator=(const Requests&) = delete;

  /// Takes some of `bytes`; none of them at the end of the stream.
  [[nodiscard]] Taken take(std::span<const std::byte> bytes);
  /// A request has begun and not ended.
  [[nodiscard]] bool in_request() const noexcept { return in_request_; }

 private:
  static const http_parser_settings kSettings;
  static Requests& of(http_parser* parser) noexcept { return *static_cast<Requests*>(parser->data); }

  int on_body_of(std::uint64_t bytes) noexcept;
  int on_complete();
  void reply(std::string_view status, std::string_view body, bool last);
  void refuse();
  [[nodiscard]] std::string_view date();

  http_parser parser_;
  heddle::io::Buffer& out_;
  std::string path_;
  std::uint64_t body_bytes_ = 0;
  bool in_request_ = false;
  bool too_large_ = false;
  Next next_ = Next::kRead;
  // The second that date_ says.
  std::time_t date_of_ = 0;
  std::string date_;
};

}  // namespace http_hello
