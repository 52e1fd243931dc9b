// SPDX-License-Identifier: MIT
// drop_at_every_await: runs a scenario in a runtime, drops it at its k-th suspension, for every k, and looks at what
// is left.
//
// A scenario is a class, made anew for each k, within the runtime:
//
//   struct Receives {
//     Async<> prepare();  // optional: what has to be awaited before. Whoever makes run() go on is spawned here, or by
//                         // the constructor
//     Async<> run();      // awaits what is tested
//     Async<> kept();     // when run() has been dropped, or has ended: expects all that is documented as kept
//   };
//   TEST(DropAtEveryAwait, recv_async) { heddle_test::drop_at_every_await<Receives>(); }
//
// So kept() holds the scenario's one sentence: the messages that run() got, and those still in the channel, are all
// that were sent, in order. It must hold for each k, the last included, where run() has ended by itself.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/task.hpp>
#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <utility>

namespace heddle_test {

/// Polls a future until it was suspended so many times; gives whether it was ready before.
template <heddle::Future F>
class [[nodiscard]] UpToSuspension {
 public:
  using Output = bool;

  UpToSuspension(F& future, int suspensions) : future_(future), left_(suspensions) {}

  heddle::Poll<bool> poll(heddle::Context& cx) {
    if (left_ == 0) return heddle::Ready(false);
    if (future_.poll(cx).is_ready()) return heddle::Ready(true);
    if (--left_ == 0) return heddle::Ready(false);
    return heddle::Pending;
  }

 private:
  F& future_;
  int left_;
};

namespace detail {

template <class Scenario>
heddle::Task<bool> run_dropped_at(int suspensions) {
  const auto scenario = std::make_unique<Scenario>();
  if constexpr (requires { scenario->prepare(); }) co_await scenario->prepare();
  bool ended = false;
  {
    auto run = scenario->run();
    ended = co_await UpToSuspension(run, suspensions);
  }
  co_await scenario->kept();
  co_return ended;
}

}  // namespace detail

/// Returns at how many places the scenario was suspended, on a current-thread runtime with its clock paused; at one
/// at least. Runs it with two workers as well, where that number may be another each time.
template <class Scenario>
int drop_at_every_await() {
  using heddle::runtime::Builder;
  const auto drop_at_every = [](auto make_runtime) {
    for (int k = 0;; ++k) {
      SCOPED_TRACE(testing::Message() << "dropped at suspension " << k);
      auto runtime = make_runtime();
      auto ended = runtime.block_on(runtime.spawn(detail::run_dropped_at<Scenario>(k)));
      if (!ended) std::rethrow_exception(std::move(ended).error().into_panic());
      if (*ended || testing::Test::HasFailure()) return k - 1;
    }
  };
  drop_at_every([] {
    Builder builder = Builder::multi_thread();
    builder.worker_threads(2);
    return builder.build().value();
  });
  const int suspensions = drop_at_every([] {
    Builder builder = Builder::current_thread();
    builder.start_paused();
    return builder.build().value();
  });
  EXPECT_GE(suspensions, 1) << "this scenario never suspends: it shows nothing";
  return suspensions;
}

}  // namespace heddle_test
