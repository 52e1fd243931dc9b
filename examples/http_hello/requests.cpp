// SPDX-License-Identifier: MIT
// How requests are found and answered.
#include "requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace http_hello {

namespace {

constexpr std::string_view kHello = "Hello, world!\n";
// From how much on replies are written before more requests are looked at.
constexpr std::size_t kWriteAt = 256U << 10;

}  // namespace

const http_parser_settings Requests::kSettings = [] {
  http_parser_set_max_header_size(kMaxHead);
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_message_begin = [](http_parser* parser) {
    Requests& self = of(parser);
    self.in_request_ = true;
    self.path_.clear();
    self.body_bytes_ = 0;
    return 0;
  };
  settings.on_url = [](http_parser* parser, const char* text, std::size_t size) {
    of(parser).path_.append(text, size);
    return 0;
  };
  settings.on_headers_complete = [](http_parser* parser) {
    if (parser->http_major != 1) return -1;
    const bool has_length = parser->content_length != std::numeric_limits<std::uint64_t>::max();
    return has_length ? of(parser).on_body_of(parser->content_length) : 0;
  };
  // Chunks don't say how long the body will be.
  settings.on_body = [](http_parser* parser, const char*, std::size_t size) {
    Requests& self = of(parser);
    return self.on_body_of(self.body_bytes_ += size);
  };
  settings.on_message_complete = [](http_parser* parser) { return of(parser).on_complete(); };
  return settings;
}();

Requests::Requests(heddle::io::Buffer& out) : out_(out) {
  http_parser_init(&parser_, HTTP_REQUEST);
  parser_.data = this;
}

Requests::Taken Requests::take(std::span<const std::byte> bytes) {
  next_ = Next::kRead;
  http_parser_pause(&parser_, 0);
  // SAFETY: a byte may be seen as a character.
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const std::size_t taken = http_parser_execute(&parser_, &kSettings, text, bytes.size());
  switch (HTTP_PARSER_ERRNO(&parser_)) {
    case HPE_OK:
      // What follows an upgrade is no HTTP any more, and we know nothing else.
      if (parser_.upgrade != 0 || bytes.empty()) next_ = Next::kEnd;
      break;
    case HPE_PAUSED: break;
    default: refuse(); next_ = Next::kEnd;
  }
  // At an end that comes too early it says that it took a byte of none.
  return Taken(std::min(taken, bytes.size()), next_);
}

int Requests::on_body_of(std::uint64_t bytes) noexcept {
  too_large_ = bytes > kMaxBody;
  return too_large_ ? -1 : 0;
}

int Requests::on_complete() {
  in_request_ = false;
  const bool last = http_should_keep_alive(&parser_) == 0;
  const auto method = static_cast<http_method>(parser_.method);
  if (method != HTTP_GET && method != HTTP_HEAD) {
    reply("405 Method Not Allowed\r\nAllow: GET, HEAD", "", last);
  } else if (path_ == "/") {
    reply("200 OK", kHello, last);
  } else {
    reply("404 Not Found", "There is nothing here.\n", last);
  }
  if (last) {
    next_ = Next::kEnd;
  } else if (out_.size() >= kWriteAt) {
    next_ = Next::kWrite;
  }
  if (next_ != Next::kRead) http_parser_pause(&parser_, 1);
  return 0;
}

void Requests::refuse() {
  std::string_view status = "400 Bad Request";
  if (HTTP_PARSER_ERRNO(&parser_) == HPE_HEADER_OVERFLOW) status = "431 Request Header Fields Too Large";
  if (too_large_) status = "413 Payload Too Large";
  parser_.method = HTTP_GET;
  parser_.http_minor = 1;
  reply(status, "", true);
}

void Requests::reply(std::string_view status, std::string_view body, bool last) {
  // Who speaks HTTP/1.0 doesn't expect the connection to stay.
  const std::string_view connection =
      last ? "Connection: close\r\n" : (parser_.http_minor == 0 ? "Connection: keep-alive\r\n" : "");
  std::array<char, 512> head;
  const auto [end, size] = fmt::format_to_n(
      head.data(), head.size(),
      "HTTP/1.1 {}\r\nServer: heddle\r\nDate: {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n{}\r\n", status,
      date(), body.size(), connection);
  out_.append(std::string_view(head.data(), end));
  if (parser_.method != HTTP_HEAD) out_.append(body);
}

std::string_view Requests::date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_of_) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 64> text;
    date_.assign(text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
    date_of_ = now;
  }
  return date_;
}

}  // namespace http_hello
