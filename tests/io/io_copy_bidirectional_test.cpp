// SPDX-License-Identifier: MIT
// The promises of io::copy_bidirectional.
#include <heddle/future/select.hpp>
#include <heddle/io/copy.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/join.hpp>
#include <heddle/io/read.hpp>
#include <heddle/io/write.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/testing/mock_stream.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"

namespace heddle_test {
namespace {

namespace io = heddle::io;
using heddle::Task;
using heddle::testing::MockStream;
using io::ErrorKind;

/// Copies between `a` and `b`, which it owns.
Task<io::Result<io::CopiedBoth>> relay(io::DuplexStream a, io::DuplexStream b) {
  auto copied = co_await io::copy_bidirectional(a, b);
  co_return copied;
}

/// The outer ends of a relay.
struct Relay {
  io::DuplexStream a;
  io::DuplexStream b;
  heddle::task::JoinHandle<io::Result<io::CopiedBoth>> handle;

  Relay(io::Duplex one, io::Duplex two)
      : a(std::move(one.a)),
        b(std::move(two.a)),
        handle(heddle::task::spawn(relay(std::move(one.b), std::move(two.b)))) {}
};

constexpr std::size_t kJam = 64U << 10;

class IoCopyBidirectional : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoCopyBidirectional, every_kind(), name_of);

TEST_P(IoCopyBidirectional, carries_from_each_end_to_the_other) {
  run([]() -> Task<> {
    Relay relay(io::duplex(16), io::duplex(16));
    std::array<std::byte, 4> buf;
    auto written = co_await io::write_all(relay.a, "test");
    auto read = co_await io::read_exact(relay.b, buf);
    EXPECT_EQ(text_of(buf), "test");
    written = co_await io::write_all(relay.b, "quux");
    read = co_await io::read_exact(relay.a, buf);
    EXPECT_EQ(text_of(buf), "quux");
  }());
}

TEST_P(IoCopyBidirectional, passes_an_end_on_and_goes_on_in_the_other_direction) {
  run([]() -> Task<> {
    Relay relay(io::duplex(16), io::duplex(16));
    auto ended = co_await io::shutdown(relay.a);
    std::vector<std::byte> none;
    auto count = co_await io::read_to_end(relay.b, none);
    EXPECT_EQ(count.value(), 0U);
    auto written = co_await io::write_all(relay.b, "quux");
    std::array<std::byte, 4> buf;
    auto read = co_await io::read_exact(relay.a, buf);
    EXPECT_EQ(text_of(buf), "quux");
    { auto gone = std::move(relay.b); }
    auto copied = co_await relay.handle;
    EXPECT_EQ(copied.value().value().a_to_b, 0U);
    EXPECT_EQ(copied.value().value().b_to_a, 4U);
  }());
}

TEST_P(IoCopyBidirectional, is_not_kept_from_one_direction_by_a_jam_in_the_other) {
  run([]() -> Task<> {
    Relay relay(io::duplex(16), io::duplex(16));
    auto [reader, writer] = io::split(std::move(relay.a));
    // More than there is room for between the two ends, and nobody reads the other one yet.
    auto jam = heddle::task::spawn([](io::WriteHalf<io::DuplexStream> half) -> Task<> {
      auto written = co_await io::write_all(half, std::string(kJam, 'x'));
      EXPECT_TRUE(written.has_value());
      auto ended = co_await io::shutdown(half);
      EXPECT_TRUE(ended.has_value());
    }(std::move(writer)));
    auto written = co_await io::write_all(relay.b, "quux");
    std::array<std::byte, 4> buf;
    auto read = co_await io::read_exact(reader, buf);
    EXPECT_EQ(text_of(buf), "quux");
    EXPECT_FALSE(jam.is_finished());
    std::vector<std::byte> all;
    auto count = co_await io::read_to_end(relay.b, all);
    EXPECT_EQ(count.value(), kJam);
    { auto gone = std::move(relay.b); }
    auto copied = co_await relay.handle;
    EXPECT_EQ(copied.value().value().a_to_b, kJam);
    EXPECT_EQ(copied.value().value().b_to_a, 4U);
  }());
}

TEST_P(IoCopyBidirectional, ends_at_once_with_the_first_error) {
  run([]() -> Task<> {
    auto a = MockStream::Builder().read("x").write_error(io::Error(ErrorKind::kOther, "no thanks")).build();
    auto b = MockStream::Builder().read("x").build();
    auto written = co_await io::copy_bidirectional(a, b);
    EXPECT_EQ(written.error().message(), "no thanks");
    auto c = MockStream::Builder().read_error(io::Error(ErrorKind::kOther, "got nothing")).build();
    auto [d, other] = io::duplex(4);
    auto read = co_await io::copy_bidirectional(c, d);
    EXPECT_EQ(read.error().message(), "got nothing");
  }());
}

TEST_P(IoCopyBidirectional, leaves_room_for_the_neighbours) {
  run([]() -> Task<> {
    Greedy a;
    Greedy b;
    co_await heddle::select(heddle::biased,
                            heddle::on(heddle::cancel_unsafe(io::copy_bidirectional(a, b)), [](auto) {}),
                            heddle::on(heddle::task::yield_now(), [] {}));
  }());
}

}  // namespace
}  // namespace heddle_test
