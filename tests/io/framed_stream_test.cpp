// SPDX-License-Identifier: MIT
// What a framed stream answers after an error, and what a dropped reader keeps.
#include <heddle/future/select.hpp>
#include <heddle/future/stream.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/framed.hpp>
#include <heddle/io/lines_codec.hpp>
#include <heddle/io/write.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/testing/mock_stream.hpp>

#include "support/drop_at_every_await.hpp"
#include "support/on_runtime.hpp"
#include "support/small_codecs.hpp"

#include <string>
#include <vector>

namespace heddle_test {
namespace {

namespace io = heddle::io;
using heddle::Async;
using heddle::Task;
using heddle::testing::MockStream;

class IoFramedStream : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoFramedStream, every_kind(), name_of);

TEST_P(IoFramedStream, ends_after_an_error) {
  run([]() -> Task<> {
    io::FramedRead lines(
        MockStream::Builder().read("a\n").read_error(io::Error(io::ErrorKind::kConnectionReset, "gone")).build(),
        io::LinesCodec());
    auto line = co_await heddle::next(lines);
    EXPECT_EQ(line.value().value(), "a");
    line = co_await heddle::next(lines);
    EXPECT_EQ(line.value().error().kind(), io::ErrorKind::kConnectionReset);
    line = co_await heddle::next(lines);
    EXPECT_FALSE(line.has_value());
  }());
}

TEST_P(IoFramedStream, keeps_a_part_of_a_frame_when_another_arm_of_a_select_is_first) {
  run([]() -> Task<> {
    io::FramedRead lines(MockStream::Builder().read("he").pend().read("llo\n").build(), io::LinesCodec());
    int lost = 0;
    std::string found;
    while (found.empty()) {
      co_await heddle::select(heddle::biased,
                              heddle::on(heddle::next(lines), [&](auto line) { found = line.value().value(); }),
                              heddle::on(heddle::ready(), [&] { ++lost; }));
    }
    EXPECT_EQ(found, "hello");
    EXPECT_EQ(lost, 1);
  }());
}

Task<> write_slowly(io::DuplexStream stream) {
  auto written = co_await io::write_all(stream, "one\ntwo\nthree\nfour");
}

struct ReadsLines {
  io::Duplex ends = io::duplex(3);
  io::FramedRead<io::DuplexStream&, io::LinesCodec> lines{ends.a, io::LinesCodec()};
  std::vector<std::string> found;

  ReadsLines() { heddle::task::spawn(write_slowly(std::move(ends.b))); }
  Async<> run() {
    for (;;) {
      auto line = co_await heddle::next(lines);
      if (!line.has_value()) co_return;
      found.push_back(line->value());
    }
  }
  Async<> kept() {
    for (;;) {
      auto line = co_await heddle::next(lines);
      if (!line.has_value()) break;
      found.push_back(line->value());
    }
    EXPECT_EQ(found, (std::vector<std::string>{"one", "two", "three", "four"}));
  }
};
TEST(DropAtEveryAwait, the_next_frame_of_a_framed_read) { drop_at_every_await<ReadsLines>(); }

}  // namespace
}  // namespace heddle_test
