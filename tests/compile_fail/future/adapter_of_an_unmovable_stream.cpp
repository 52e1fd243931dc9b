// GCC 12: this stream can't be moved: name it first and pass it by its name
// Clang 22: this stream can't be moved: name it first and pass it by its name
// An adapter takes a temporary over: one that can't be moved is named, and borrowed.
#include <heddle/future/stream_adapter.hpp>

namespace hd = heddle;

struct Pinned {
  using Item = int;
  Pinned() = default;
  Pinned(Pinned&&) = delete;
  hd::Poll<std::optional<int>> poll_next(hd::Context&);
};

auto first = Pinned() | hd::stream::take(1);  // refused
