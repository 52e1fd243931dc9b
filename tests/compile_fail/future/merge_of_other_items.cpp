// GCC 12: merged streams give items of one type: map them to a variant
// Clang 22: merged streams give items of one type: map them to a variant
// Merged streams give items of one type.
#include <heddle/future/stream_adapter.hpp>
#include <heddle/future/stream_source.hpp>

namespace hd = heddle;

auto both = hd::stream::once(1) | hd::stream::merge(hd::stream::once("one"));  // refused
