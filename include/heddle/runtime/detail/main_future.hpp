// SPDX-License-Identifier: MIT
// The future that block_on was given, as schedulers know it: without its type.
#pragma once

#include <heddle/future/future.hpp>

#include <optional>

namespace heddle::inline v0::runtime::detail {

class MainFuture {
 public:
  /// One poll; true when ready. What the future throws passes through.
  virtual bool poll(Context& cx) = 0;

 protected:
  ~MainFuture() = default;
};

template <class F>
class TypedMainFuture final : public MainFuture {
 public:
  using Output = typename F::Output;

  explicit TypedMainFuture(F& future) noexcept : future_(future) {}

  bool poll(Context& cx) override {
    auto answer = future_.poll(cx);
    if (answer.is_pending()) return false;
    output_.emplace(std::move(*answer));
    return true;
  }

  Output take() { return base::from_stored<Output>(std::move(*output_)); }

 private:
  F& future_;
  std::optional<base::Stored<Output>> output_;
};

}  // namespace heddle::inline v0::runtime::detail
