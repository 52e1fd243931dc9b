// SPDX-License-Identifier: MIT
// Waiting for a child, dropped at each suspension: how it ended is told to the next who asks.
#include "support/drop_at_every_await.hpp"

#include <heddle/process/command.hpp>
#include <heddle/runtime/spawn.hpp>

#include "support/processes.hpp"

#include <optional>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::process::Stdio;

struct Waits {
  std::optional<hd::process::Child> child;
  std::optional<hd::process::ExitStatus> told;
  std::optional<hd::task::JoinHandle<void>> ends;

  hd::Async<> prepare() {
    child.emplace(shell("read line; exit 5").stdin_(Stdio::piped()).spawn().value());
    auto in = std::exchange(child->stdin_, std::nullopt);
    ends.emplace(hd::task::spawn([](std::optional<hd::process::ChildStdin> pipe) -> hd::Task<> {
      pipe.reset();
      co_return;
    }(std::move(in))));
    co_return;
  }
  hd::Async<> run() {
    auto status = co_await child->wait();
    told = status.value();
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(told->code(), 5);
    auto ended = co_await *ends;
    EXPECT_TRUE(ended.has_value());
  }
};

TEST(DropAtEveryAwait, wait_loses_no_end) { drop_at_every_await<Waits>(); }

}  // namespace
}  // namespace heddle_test
