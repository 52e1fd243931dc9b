// SPDX-License-Identifier: MIT
// Loss: what is lost when a future is dropped before it is ready; cancel_unsafe, which accepts that.
#pragma once

#include <heddle/future/detail/held.hpp>
#include <heddle/future/future.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace future {

/// What a future loses when it is dropped before it is ready. A future says it as `static constexpr Loss kLoss`.
/// One that says nothing (a coroutine: who knows what it awaits) is taken to be kLossless.
///
/// Corresponds to the "cancel safety" of Tokio's documentation.
enum class Loss : std::uint8_t {
  kLossless,    ///< nothing
  kLosesPlace,  ///< a place in a queue of those who wait
  kLosesData,   ///< data that were taken or half written
};

template <class F>
inline constexpr Loss kLossOf = Loss::kLossless;
template <class F>
  requires requires { F::kLoss; }
inline constexpr Loss kLossOf<F> = F::kLoss;

/// The future of cancel_unsafe.
template <class F>
class [[nodiscard]] CancelUnsafe {
 public:
  using Output = OutputOf<std::remove_reference_t<F>>;

  explicit CancelUnsafe(F&& future) : future_(std::forward<F>(future)) {}

  Poll<Output> poll(Context& cx) { return future_->poll(cx); }
  void cancel() noexcept { future_.drop(); }

 private:
  detail::Held<F> future_;
};

}  // namespace future

/// Lets `select` take a future that loses data when it loses: the caller gives up on the stream, or keeps count.
///
/// Shape       As select: `future` lives in the same full expression.
template <class F>
  requires Future<std::remove_reference_t<F>>
future::CancelUnsafe<F> cancel_unsafe(F&& future) {
  return future::CancelUnsafe<F>(std::forward<F>(future));
}

}  // namespace heddle::inline v0
