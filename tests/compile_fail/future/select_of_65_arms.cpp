// GCC 12: a select has 1 to 64 arms
// Clang 22: a select has 1 to 64 arms
// A select has at most 64 arms.
#include <heddle/future/select.hpp>

#include <cstddef>
#include <utility>

namespace hd = heddle;

template <std::size_t>
using Arm = hd::future::On<hd::future::ReadyFuture<void>, void (*)()>;
template <class>
struct Arms;
template <std::size_t... kIndex>
struct Arms<std::index_sequence<kIndex...>> {
  using Select = hd::future::Select<hd::future::Order::kRandom, Arm<kIndex>...>;
};

constexpr auto kSize = sizeof(Arms<std::make_index_sequence<65>>::Select);  // refused
