// SPDX-License-Identifier: MIT
// After Tokio's signal_ctrl_c: ctrl_c is ready when SIGINT comes.
#include "support/on_runtime.hpp"
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

namespace heddle_test {
namespace {

class SignalCtrlC : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, SignalCtrlC, every_kind(), name_of);

/// Sends SIGINT once `future` has been polled, and so listens.
template <class F>
class SentWhenPolled {
 public:
  using Output = heddle::OutputOf<F>;
  explicit SentWhenPolled(F future) : future_(std::move(future)) {}
  heddle::Poll<Output> poll(heddle::Context& cx) {
    auto answer = future_.poll(cx);
    if (!std::exchange(sent_, true)) send_signal(SIGINT);
    return answer;
  }

 private:
  F future_;
  bool sent_ = false;
};

TEST_P(SignalCtrlC, ctrl_c_is_ready_when_the_signal_comes) {
  run([]() -> heddle::Task<> {
    auto result = co_await SentWhenPolled(heddle::signal::ctrl_c());
    EXPECT_TRUE(result.has_value());
  }());
}

TEST_P(SignalCtrlC, nothing_happens_until_ctrl_c_is_awaited) {
  run([]() -> heddle::Task<> {
    auto others = heddle::signal::signal(heddle::signal::SignalKind::interrupt()).value();
    auto late = heddle::signal::ctrl_c();
    send_signal(SIGINT);
    EXPECT_TRUE((co_await others.recv()).has_value());
    bool won = false;
    co_await heddle::select(heddle::biased, heddle::on(late, [](auto&&) { ADD_FAILURE(); }),
                            heddle::on(heddle::ready(), [&won] { won = true; }));
    EXPECT_TRUE(won) << "it was made before the signal, and polled after";
    send_signal(SIGINT);
    EXPECT_TRUE((co_await late).has_value());
  }());
}

}  // namespace
}  // namespace heddle_test
