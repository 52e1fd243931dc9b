// SPDX-License-Identifier: MIT
// How requests are found, and replies written.
#include "resp.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace mini_redis {

namespace {

// A line with a number has no more bytes than this.
constexpr std::size_t kNumberLine = 32;

void put_number_line(heddle::io::Buffer& out, char mark, std::int64_t number) {
  std::array<char, kNumberLine> line;
  line[0] = mark;
  char* end = std::to_chars(line.data() + 1, line.data() + line.size() - 2, number).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out.append(std::string_view(line.data(), end));
}

void put_text_line(heddle::io::Buffer& out, std::string_view mark, std::string_view text) {
  out.append(mark);
  out.append(text);
  out.append("\r\n");
}

}  // namespace

Parser::Status Parser::parse(std::string_view bytes) {
  if (done_) {
    done_ = false;
    at_ = 0;
    parts_.clear();
    parts_left_.reset();
    part_size_.reset();
  }
  Step step = Step::kDone;
  while (step == Step::kDone && (!parts_left_.has_value() || *parts_left_ != 0)) {
    step = parts_left_.has_value() ? parse_part(bytes) : parse_head(bytes);
  }
  if (step == Step::kMore) return Status::kMore;
  if (step == Step::kError) return Status::kError;
  done_ = true;
  request_.clear();
  for (const Part part : parts_) request_.push_back(bytes.substr(part.begin, part.size));
  return Status::kRequest;
}

Parser::Step Parser::parse_head(std::string_view bytes) {
  // Empty lines between requests are nothing.
  while (at_ < bytes.size() && (bytes[at_] == '\r' || bytes[at_] == '\n')) ++at_;
  if (at_ > limits_.line) return refuse("too big inline request");
  if (at_ == bytes.size()) return Step::kMore;
  if (bytes[at_] != '*') return parse_inline(bytes);
  const auto count = parse_number(bytes, "invalid multibulk length");
  if (!count.has_value()) return error_.empty() ? Step::kMore : Step::kError;
  if (*count <= 0) return Step::kDone;  // no request: the next one follows
  if (static_cast<std::size_t>(*count) > limits_.arguments) return refuse("invalid multibulk length");
  parts_left_ = static_cast<std::size_t>(*count);
  return Step::kDone;
}

Parser::Step Parser::parse_inline(std::string_view bytes) {
  const std::size_t end = bytes.find('\n', at_);
  if ((end == std::string_view::npos ? bytes.size() : end) - at_ > limits_.line) return refuse("too big inline request");
  if (end == std::string_view::npos) return Step::kMore;
  constexpr std::string_view kBlank = " \t\r";
  for (std::size_t begin = bytes.find_first_not_of(kBlank, at_); begin < end;) {
    const std::size_t stop = std::min(bytes.find_first_of(kBlank, begin), end);
    if (parts_.size() == limits_.arguments) return refuse("too big inline request");
    parts_.push_back({begin, stop - begin});
    begin = bytes.find_first_not_of(kBlank, stop);
  }
  at_ = end + 1;
  if (!parts_.empty()) parts_left_ = 0;
  return Step::kDone;
}

Parser::Step Parser::parse_part(std::string_view bytes) {
  if (!part_size_.has_value()) {
    if (at_ == bytes.size()) return Step::kMore;
    if (bytes[at_] != '$') return refuse("expected '$'");
    const auto size = parse_number(bytes, "invalid bulk length");
    if (!size.has_value()) return error_.empty() ? Step::kMore : Step::kError;
    if (*size < 0 || static_cast<std::size_t>(*size) > limits_.bulk) return refuse("invalid bulk length");
    if (at_ + static_cast<std::size_t>(*size) > limits_.total) return refuse("too big request");
    part_size_ = static_cast<std::size_t>(*size);
  }
  if (bytes.size() - at_ < *part_size_ + 2) return Step::kMore;
  if (bytes.substr(at_ + *part_size_, 2) != "\r\n") return refuse("expected a line end after a bulk");
  parts_.push_back({at_, *part_size_});
  at_ += *part_size_ + 2;
  part_size_.reset();
  --*parts_left_;
  return Step::kDone;
}

std::optional<std::int64_t> Parser::parse_number(std::string_view bytes, std::string_view what) {
  const std::string_view line = bytes.substr(at_, kNumberLine);
  const std::size_t end = line.find("\r\n");
  if (end == std::string_view::npos) {
    if (line.size() == kNumberLine) refuse(what);
    return std::nullopt;
  }
  std::int64_t number = 0;
  const auto [stop, code] = std::from_chars(line.data() + 1, line.data() + end, number);
  if (code != std::errc() || stop != line.data() + end) {
    refuse(what);
    return std::nullopt;
  }
  at_ += end + 2;
  return number;
}

Parser::Step Parser::refuse(std::string_view why) {
  error_ = "ERR Protocol error: " + std::string(why);
  return Step::kError;
}

void reply_simple(heddle::io::Buffer& out, std::string_view text) { put_text_line(out, "+", text); }
void reply_error(heddle::io::Buffer& out, std::string_view text) { put_text_line(out, "-", text); }
void reply_integer(heddle::io::Buffer& out, std::int64_t number) { put_number_line(out, ':', number); }
void reply_bulk(heddle::io::Buffer& out, std::string_view bytes) {
  put_number_line(out, '$', static_cast<std::int64_t>(bytes.size()));
  put_text_line(out, bytes, "");
}
void reply_null(heddle::io::Buffer& out) { out.append("$-1\r\n"); }
void reply_array(heddle::io::Buffer& out, std::size_t size) {
  put_number_line(out, '*', static_cast<std::int64_t>(size));
}

}  // namespace mini_redis
