// SPDX-License-Identifier: MIT
// Where a Buffer finds room.
#include <heddle/io/buffer.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace heddle::inline v0::io {

void Buffer::append(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  std::memcpy(prepare(bytes.size()).data(), bytes.data(), bytes.size());
  end_ += bytes.size();
}

void Buffer::make_room(std::size_t least) {
  // What is moved to the front is no more than what was used up since the last time.
  if (size() <= begin_ && capacity_ - size() >= least) {
    if (!empty()) std::memmove(block_.get(), block_.get() + begin_, size());
    end_ -= std::exchange(begin_, 0);
    return;
  }
  if (least > std::numeric_limits<std::ptrdiff_t>::max() - size()) throw std::length_error("heddle::io::Buffer");
  grow(std::max(2 * capacity_, size() + least));
}

void Buffer::grow(std::size_t capacity) {
  auto block = std::make_unique_for_overwrite<std::byte[]>(capacity);
  if (!empty()) std::memcpy(block.get(), block_.get() + begin_, size());
  block_ = std::move(block);
  capacity_ = capacity;
  end_ -= std::exchange(begin_, 0);
}

}  // namespace heddle::inline v0::io
