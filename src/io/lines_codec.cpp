// SPDX-License-Identifier: MIT
// How frames that end with a delimiter are found.
#include <heddle/io/detail/utf8.hpp>
#include <heddle/io/lines_codec.hpp>

#include <algorithm>

namespace heddle::inline v0::io {

namespace detail {

Result<std::optional<std::size_t>> PartFinder::find(Buffer& source, std::string_view delimiters) {
  for (;;) {
    // A part of max_ bytes has its delimiter right behind.
    const std::size_t last = max_ < source.size() ? max_ + 1 : source.size();
    const std::size_t found = source.text().substr(0, last).find_first_of(delimiters, searched_);
    const bool complete = found != std::string_view::npos;
    if (discarding_) {
      searched_ = 0;
      discarding_ = !complete;
      source.consume(complete ? found + 1 : last);
      if (source.empty()) return std::nullopt;
    } else if (complete) {
      searched_ = 0;
      return found;
    } else if (source.size() > max_) {
      discarding_ = true;
      return fail(ErrorKind::kInvalidData, "no delimiter within the most bytes allowed");
    } else {
      searched_ = last;
      return std::nullopt;
    }
  }
}

Result<std::optional<std::size_t>> PartFinder::find_last(Buffer& source, std::string_view delimiters) {
  auto found = find(source, delimiters);
  if (!found.has_value() || found->has_value()) return found;
  searched_ = 0;
  if (source.empty()) return std::nullopt;
  return source.size();
}

}  // namespace detail

namespace {

/// The first `length` bytes as a line, which they end, with `end` bytes behind them.
Result<std::optional<std::string>> take_line(Buffer& source, std::size_t length, std::size_t end) {
  std::string line(source.text().substr(0, length));
  source.consume(length + end);
  if (line.ends_with('\r')) line.pop_back();
  if (!detail::is_utf8(line)) return std::unexpected(detail::not_utf8());
  return line;
}

std::vector<std::byte> take_part(Buffer& source, std::size_t length, std::size_t end) {
  const auto bytes = source.bytes().first(length);
  std::vector<std::byte> part(bytes.begin(), bytes.end());
  source.consume(length + end);
  return part;
}

}  // namespace

Result<std::optional<std::string>> LinesCodec::decode(Buffer& source) {
  auto length = finder_.find(source, "\n");
  if (!length.has_value()) return std::unexpected(std::move(length).error());
  if (!length->has_value()) return std::nullopt;
  return take_line(source, **length, 1);
}

Result<std::optional<std::string>> LinesCodec::decode_eof(Buffer& source) {
  auto length = finder_.find_last(source, "\n");
  if (!length.has_value()) return std::unexpected(std::move(length).error());
  if (!length->has_value()) return std::nullopt;
  const bool has_end = **length < source.size();
  // A lone carriage return is what is left of the last line's end, not a line.
  if (!has_end && source.text() == "\r") {
    source.clear();
    return std::nullopt;
  }
  return take_line(source, **length, has_end ? 1 : 0);
}

Result<void> LinesCodec::encode(std::string_view line, Buffer& destination) {
  destination.append(line);
  destination.append("\n");
  return {};
}

Result<std::optional<std::vector<std::byte>>> AnyDelimiterCodec::decode(Buffer& source) {
  auto length = finder_.find(source, delimiters_);
  if (!length.has_value()) return std::unexpected(std::move(length).error());
  if (!length->has_value()) return std::nullopt;
  return take_part(source, **length, 1);
}

Result<std::optional<std::vector<std::byte>>> AnyDelimiterCodec::decode_eof(Buffer& source) {
  auto length = finder_.find_last(source, delimiters_);
  if (!length.has_value()) return std::unexpected(std::move(length).error());
  if (!length->has_value()) return std::nullopt;
  return take_part(source, **length, **length < source.size() ? 1 : 0);
}

Result<void> AnyDelimiterCodec::encode(std::span<const std::byte> part, Buffer& destination) {
  destination.append(part);
  destination.append(separator_);
  return {};
}

}  // namespace heddle::inline v0::io
