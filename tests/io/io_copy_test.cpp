// SPDX-License-Identifier: MIT
// The promises of io::copy and copy_buf.
#include <heddle/future/select.hpp>
#include <heddle/io/chain.hpp>
#include <heddle/io/copy.hpp>
#include <heddle/io/cursor.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/empty.hpp>
#include <heddle/io/write.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/testing/mock_stream.hpp>

#include "support/bytes.hpp"
#include "support/mock_task.hpp"
#include "support/on_runtime.hpp"

namespace heddle_test {
namespace {

namespace io = heddle::io;
using heddle::Task;
using heddle::testing::MockStream;
using io::ErrorKind;

class IoCopy : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoCopy, every_kind(), name_of);

TEST_P(IoCopy, copies_to_the_end) {
  run([]() -> Task<> {
    auto reader = MockStream::Builder().read("hello").pend().read(" world").build();
    io::Cursor out{std::string()};
    auto count = co_await io::copy(reader, out);
    EXPECT_EQ(count.value(), 11U);
    EXPECT_EQ(out.inner(), "hello world");
  }());
}

TEST_P(IoCopy, copies_more_than_its_buffer_holds) {
  run([]() -> Task<> {
    auto endless = io::repeat(std::byte{'z'});
    auto much = io::take(endless, 1'000'000);
    io::Cursor out{std::string()};
    auto count = co_await io::copy(much, out);
    EXPECT_EQ(count.value(), 1'000'000U);
    EXPECT_EQ(std::ranges::count(out.inner(), 'z'), 1'000'000);
  }());
}

TEST_P(IoCopy, writes_piece_by_piece_to_who_takes_little) {
  run([]() -> Task<> {
    auto reader = MockStream::Builder().read("abcdef").read("gh").build();
    auto writer = MockStream::Builder().write("ab").pend().write("cdefg").pend().write("h").build();
    auto count = co_await io::copy(reader, writer);
    EXPECT_EQ(count.value(), 8U);
  }());
}

/// Holds all back until it is flushed.
class HoldsBack {
 public:
  explicit HoldsBack(io::SimplexWriter writer) : writer_(std::move(writer)) {}
  heddle::Poll<io::Result<std::size_t>> poll_write(heddle::Context&, std::span<const std::byte> src) {
    held_.insert(held_.end(), src.begin(), src.end());
    return heddle::Poll<io::Result<std::size_t>>(std::in_place, src.size());
  }
  heddle::Poll<io::Result<void>> poll_flush(heddle::Context& cx) {
    std::span<const std::byte> rest = held_;
    auto answer = io::detail::poll_write_all(writer_, cx, rest);
    held_.erase(held_.begin(), held_.end() - static_cast<std::ptrdiff_t>(rest.size()));
    return answer;
  }
  heddle::Poll<io::Result<void>> poll_shutdown(heddle::Context& cx) { return writer_.poll_shutdown(cx); }

 private:
  io::SimplexWriter writer_;
  std::vector<std::byte> held_;
};

TEST_P(IoCopy, flushes_before_it_waits_for_more) {
  run([]() -> Task<> {
    // What is written comes back to be read: without a flush both would wait for ever.
    auto [reader, writer] = io::simplex(1024);
    HoldsBack back(std::move(writer));
    auto first = co_await io::write_all(back, std::string(512, 'B'));
    auto flushed = co_await io::flush(back);
    auto some = io::take(reader, 1024);
    auto count = co_await io::copy(some, back);
    EXPECT_EQ(count.value(), 1024U);
  }());
}

TEST_P(IoCopy, passes_on_the_errors_of_both) {
  run([]() -> Task<> {
    auto bad_reader = MockStream::Builder().read("ab").read_error(io::Error(ErrorKind::kTimedOut, "late")).build();
    io::Cursor out{std::string()};
    auto count = co_await io::copy(bad_reader, out);
    EXPECT_EQ(count.error().kind(), ErrorKind::kTimedOut);
    EXPECT_EQ(out.inner(), "ab");
    io::Cursor reader(std::string("ab"));
    auto bad_writer = MockStream::Builder().write_error(io::Error(ErrorKind::kBrokenPipe, "gone")).build();
    count = co_await io::copy(reader, bad_writer);
    EXPECT_EQ(count.error().kind(), ErrorKind::kBrokenPipe);
    io::Cursor again(std::string("abc"));
    std::array<std::byte, 2> room{};
    io::Cursor little{std::span(room).first(2)};
    count = co_await io::copy(again, little);
    EXPECT_EQ(count.error().kind(), ErrorKind::kWriteZero);
  }());
}

TEST_P(IoCopy, leaves_room_for_the_neighbours) {
  run([]() -> Task<> {
    Greedy reader;
    Greedy writer;
    co_await heddle::select(heddle::biased, heddle::on(heddle::cancel_unsafe(io::copy(reader, writer)), [](auto) {}),
                            heddle::on(heddle::task::yield_now(), [] {}));
  }());
}

TEST_P(IoCopy, from_a_buffer_needs_no_other) {
  run([]() -> Task<> {
    io::BufReader reader(MockStream::Builder().read("hello").pend().read(" world").build());
    auto writer = MockStream::Builder().write("hel").pend().write("lo world").build();
    auto count = co_await io::copy_buf(reader, writer);
    EXPECT_EQ(count.value(), 11U);
  }());
}

TEST(IoCopyDropped, loses_what_it_read_and_from_a_buffer_nothing) {
  using heddle::future::kLossOf;
  using heddle::future::Loss;
  static_assert(kLossOf<io::Copy<MockStream, MockStream>> == Loss::kLosesData);
  static_assert(kLossOf<io::CopyBuf<io::BufReader<MockStream>, MockStream>> == Loss::kLossless);
  for (int k = 0; k <= 4; ++k) {
    io::BufReader reader(MockStream::Builder().read("ab").pend().read("cd").pend().read("ef").build());
    std::string out;
    io::Cursor writer(out);
    heddle::test::MockTask task;
    {
      auto dropped = io::copy_buf(reader, writer);
      for (int polls = 0; polls < std::min(k, 2); ++polls) EXPECT_TRUE(task.poll(dropped).is_pending());
    }
    auto rest = io::copy_buf(reader, writer);
    while (task.poll(rest).is_pending()) {
    }
    EXPECT_EQ(out, "abcdef");
  }
}

}  // namespace
}  // namespace heddle_test
