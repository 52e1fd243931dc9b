// SPDX-License-Identifier: MIT
// unix_pipe, as tokio/tests/net_unix_pipe.rs looks at it.
#include <heddle/io/read.hpp>
#include <heddle/io/write.hpp>
#include <heddle/net/unix_pipe.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/spawn.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"
#include "support/polled.hpp"
#include "support/sockets.hpp"
#include "support/temp_dir.hpp"

#include <sys/stat.h>

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace pipes = heddle::net::unix_pipe;
using hd::Task;
using hd::io::ErrorKind;
using hd::io::OwnedFd;
using hd::net::Interest;
using hd::test::Polled;
using pipes::OpenOptions;

static_assert(hd::io::AsyncRead<pipes::Receiver> && hd::io::AsyncWrite<pipes::Sender>);
static_assert(!hd::io::AsyncWrite<pipes::Receiver> && !hd::io::AsyncRead<pipes::Sender>);

constexpr std::string_view kText = "this is some data to write to the fifo";

std::filesystem::path make_fifo(const TempDir& dir) {
  const auto path = dir / "fifo";
  EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
  return path;
}

bool is_nonblocking(int fd) { return (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0; }

hd::Async<std::string> read_exactly(pipes::Receiver& rx, std::size_t size) {
  std::string text(size, '\0');
  auto count = co_await hd::io::read_exact(rx, std::as_writable_bytes(std::span(text)));
  if (!count) co_return count.error().message();
  co_return text;
}

/// Opens a FIFO, writes, and closes it.
hd::Async<> write_and_close(std::filesystem::path path) {
  auto tx = OpenOptions().open_sender(path).value();
  auto written = co_await tx.write_all(bytes_of(kText));
  EXPECT_TRUE(written.has_value());
}

class NetUnixPipe : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, NetUnixPipe, every_kind(), name_of);

TEST_P(NetUnixPipe, what_is_written_is_read_and_the_last_writer_ends_it) {
  run([]() -> Task<> {
    auto [tx, rx] = pipes::pipe().value();
    auto written = co_await tx.write_all(bytes_of(kText));
    EXPECT_TRUE(written.has_value());
    const std::string text = co_await read_exactly(rx, kText.size());
    EXPECT_EQ(text, kText);
    { auto gone = std::move(tx); }
    std::array<std::byte, 4> buffer{};
    auto end = co_await rx.read(buffer);
    EXPECT_EQ(end.value(), 0U);
  }());
}

TEST_P(NetUnixPipe, megabytes_get_through_to_a_slow_reader) {
  run([]() -> Task<> {
    constexpr std::size_t kSize = 3U << 20;
    auto [tx, rx] = pipes::pipe().value();
    auto writer = hd::task::spawn([](pipes::Sender sender) -> Task<> {
      const std::string much(kSize, 'x');
      auto written = co_await sender.write_all(bytes_of(much));
      EXPECT_TRUE(written.has_value());
    }(std::move(tx)));
    std::vector<std::byte> all;
    auto count = co_await hd::io::read_to_end(rx, all);
    EXPECT_EQ(count.value(), kSize);
    auto done = co_await writer;
    EXPECT_TRUE(done.has_value());
  }());
}

TEST_P(NetUnixPipe, a_receiver_of_a_fifo_waits_for_the_first_writer) {
  run([]() -> Task<> {
    const TempDir dir;
    const auto fifo = make_fifo(dir);
    auto rx = OpenOptions().open_receiver(fifo).value();
    std::array<std::byte, 64> buffer{};
    Polled read([&] { return rx.read(buffer); });
    EXPECT_TRUE(read.pending());
    co_await write_and_close(fifo);
    auto ready = co_await rx.ready(Interest::kReadable);
    EXPECT_TRUE(ready.value().is_readable());
    EXPECT_EQ(read.poll()->value(), kText.size());
  }());
}

TEST_P(NetUnixPipe, a_sender_needs_a_reader_unless_it_opens_for_both) {
  run([]() -> Task<> {
    const TempDir dir;
    const auto fifo = make_fifo(dir);
    EXPECT_EQ(OpenOptions().open_sender(fifo).error().raw_os_error(), ENXIO);
    auto tx = OpenOptions().read_write(true).open_sender(fifo).value();
    auto written = co_await tx.write_all(bytes_of(kText));
    EXPECT_TRUE(written.has_value());
    auto rx = OpenOptions().open_receiver(fifo).value();
    const std::string text = co_await read_exactly(rx, kText.size());
    EXPECT_EQ(text, kText);
  }());
}

TEST_P(NetUnixPipe, a_receiver_reads_the_end_and_then_what_the_next_writer_writes) {
  run([]() -> Task<> {
    const TempDir dir;
    const auto fifo = make_fifo(dir);
    auto rx = OpenOptions().open_receiver(fifo).value();
    co_await write_and_close(fifo);
    std::string text = co_await read_exactly(rx, kText.size());
    EXPECT_EQ(text, kText);
    text = co_await read_exactly(rx, kText.size());
    EXPECT_EQ(text, "early end of the stream");
    co_await write_and_close(fifo);
    text = co_await read_exactly(rx, kText.size());
    EXPECT_EQ(text, kText);
  }());
}

TEST_P(NetUnixPipe, a_receiver_that_is_open_for_both_never_reads_the_end) {
  run([]() -> Task<> {
    const TempDir dir;
    const auto fifo = make_fifo(dir);
    auto rx = OpenOptions().read_write(true).open_receiver(fifo).value();
    co_await write_and_close(fifo);
    auto ready = co_await rx.ready(Interest::kReadable);
    EXPECT_FALSE(ready.value().is_read_closed());
    std::string text = co_await read_exactly(rx, kText.size());
    EXPECT_EQ(text, kText);
    std::array<std::byte, 64> buffer{};
    {
      Polled read([&] { return rx.read(buffer); });
      EXPECT_TRUE(read.pending());
    }
    co_await write_and_close(fifo);
    text = co_await read_exactly(rx, kText.size());
    EXPECT_EQ(text, kText);
  }());
}

TEST_P(NetUnixPipe, what_is_no_fifo_is_refused_when_it_is_opened) {
  run([]() -> Task<> {
    const TempDir dir;
    std::ofstream(dir / "file") << "text";
    EXPECT_EQ(OpenOptions().open_sender(dir / "file").error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ(OpenOptions().open_receiver(dir / "file").error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ(OpenOptions().open_receiver(dir / "nothing").error().kind(), ErrorKind::kNotFound);
    co_return;
  }());
}

TEST_P(NetUnixPipe, a_descriptor_is_taken_over_if_it_is_the_right_end) {
  run([]() -> Task<> {
    const TempDir dir;
    const auto fifo = make_fifo(dir);
    auto keep = OpenOptions().read_write(true).open_receiver(fifo).value();
    OwnedFd reading(::open(fifo.c_str(), O_RDONLY | O_CLOEXEC));
    OwnedFd writing(::open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
    EXPECT_FALSE(is_nonblocking(reading.as_raw_fd()));
    EXPECT_EQ(pipes::Sender::from_fd(reading.try_clone().value()).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ(pipes::Receiver::from_fd(writing.try_clone().value()).error().kind(), ErrorKind::kInvalidInput);
    auto rx = pipes::Receiver::from_fd(std::move(reading)).value();
    auto tx = pipes::Sender::from_fd(std::move(writing)).value();
    EXPECT_TRUE(is_nonblocking(rx.as_raw_fd()));
    EXPECT_TRUE(is_nonblocking(tx.as_raw_fd()));
    auto written = co_await tx.write_all(bytes_of(kText));
    EXPECT_TRUE(written.has_value());
    const std::string text = co_await read_exactly(rx, kText.size());
    EXPECT_EQ(text, kText);
    OwnedFd file(::open("/dev/null", O_RDWR | O_CLOEXEC));
    EXPECT_EQ(pipes::Sender::from_fd(std::move(file)).error().kind(), ErrorKind::kInvalidInput);
  }());
}

TEST_P(NetUnixPipe, an_end_is_given_away_blocking_or_not) {
  run([]() -> Task<> {
    auto [tx, rx] = pipes::pipe().value();
    const auto writing = std::move(tx).into_nonblocking_fd();
    EXPECT_TRUE(is_nonblocking(writing.as_raw_fd()));
    const auto reading = std::move(rx).into_blocking_fd();
    EXPECT_FALSE(is_nonblocking(reading.value().as_raw_fd()));
    auto [tx2, rx2] = pipes::pipe().value();
    const auto blocking = std::move(tx2).into_blocking_fd();
    EXPECT_FALSE(is_nonblocking(blocking.value().as_raw_fd()));
    co_return;
  }());
}

TEST_P(NetUnixPipe, trying_fills_and_empties_it_without_waiting) {
  run([]() -> Task<> {
    auto [tx, rx] = pipes::pipe().value();
    std::array<std::byte, 5000> buffer{};
    EXPECT_EQ(rx.try_read(buffer).error().kind(), ErrorKind::kWouldBlock);
    std::size_t filled = 0;
    const std::array<std::span<const std::byte>, 2> sources{bytes_of("vec"), bytes_of("tored")};
    filled += tx.try_write_vectored(sources).value();
    EXPECT_EQ(filled, 8U);
    for (;;) {
      auto count = tx.try_write(buffer);
      if (!count) {
        EXPECT_EQ(count.error().kind(), ErrorKind::kWouldBlock);
        break;
      }
      filled += *count;
    }
    Polled writable([&, &sender = tx] { return sender.writable(); });
    EXPECT_TRUE(writable.pending());
    std::size_t emptied = 0;
    while (emptied < filled) {
      auto ready = co_await rx.readable();
      EXPECT_TRUE(ready.has_value());
      const std::array<std::span<std::byte>, 2> places{std::span(buffer).first(10), std::span(buffer).subspan(10)};
      if (auto count = rx.try_read_vectored(places)) emptied += *count;
    }
    EXPECT_EQ(emptied, filled);
    auto room = co_await tx.writable();
    EXPECT_TRUE(room.has_value());
  }());
}

TEST_P(NetUnixPipe, an_operation_of_ones_own_is_tried_only_when_the_end_is_ready) {
  run([]() -> Task<> {
    auto [tx, rx] = pipes::pipe().value();
    std::array<std::byte, 8> buffer{};
    EXPECT_EQ(rx.try_read(buffer).error().kind(), ErrorKind::kWouldBlock);  // nothing is assumed any more
    int calls = 0;
    const auto count_call = [&calls]() -> hd::io::Result<int> { return ++calls; };
    EXPECT_EQ(rx.try_io(Interest::kReadable, count_call).error().kind(), ErrorKind::kWouldBlock);
    EXPECT_EQ(calls, 0);
    EXPECT_TRUE(tx.try_io(Interest::kWritable, count_call).has_value());
    EXPECT_EQ(calls, 1);
    auto written = co_await tx.write_all(bytes_of("x"));
    auto ready = co_await rx.readable();
    EXPECT_TRUE(written.has_value() && ready.has_value());
    EXPECT_TRUE(rx.try_io(Interest::kReadable, count_call).has_value());
    const auto would_block = []() -> hd::io::Result<int> { return hd::io::fail(EAGAIN); };
    EXPECT_FALSE(rx.try_io(Interest::kReadable, would_block).has_value());
    EXPECT_EQ(rx.try_io(Interest::kReadable, count_call).error().kind(), ErrorKind::kWouldBlock);
    EXPECT_EQ(calls, 2);
  }());
}

std::atomic<int> pipe_signals{0};

TEST_P(NetUnixPipe, writing_where_nobody_reads_is_an_error_and_no_signal) {
  struct sigaction count {};
  count.sa_handler = [](int) { ++pipe_signals; };
  struct sigaction before {};
  ::sigaction(SIGPIPE, &count, &before);
  run([]() -> Task<> {
    auto [tx, rx] = pipes::pipe().value();
    { auto gone = std::move(rx); }
    for (int i = 0; i < 2; ++i) {
      auto refused = co_await tx.write_all(bytes_of("x"));
      EXPECT_EQ(refused.error().kind(), ErrorKind::kBrokenPipe);
    }
  }());
  EXPECT_EQ(pipe_signals, 0);
  ::sigaction(SIGPIPE, &before, nullptr);
}

TEST_P(NetUnixPipe, a_sender_that_waits_for_room_is_told_that_nobody_reads_any_more) {
  run([]() -> Task<> {
    auto [tx, rx] = pipes::pipe().value();
    auto writer = hd::task::spawn([](pipes::Sender sender) -> Task<> {
      const std::string much(1U << 20, 'x');
      auto refused = co_await sender.write_all(bytes_of(much));
      EXPECT_EQ(refused.error().kind(), ErrorKind::kBrokenPipe);
      for (bool told = false; !told;) {  // the driver may not have said it yet
        auto state = co_await sender.ready(Interest::kWritable);
        told = state.value().is_error();
        co_await hd::task::yield_now();
      }
    }(std::move(tx)));
    std::array<std::byte, 1> buffer{};
    auto first = co_await rx.read(buffer);
    EXPECT_EQ(first.value(), 1U);
    { auto gone = std::move(rx); }
    auto done = co_await writer;
    EXPECT_TRUE(done.has_value());
  }());
}

TEST(NetUnixPipeSignals, a_sigpipe_that_the_program_holds_back_itself_stays) {
  auto runtime = runtime_of(RuntimeKind::kCurrentThread);
  sigset_t pipe_only;
  ::sigemptyset(&pipe_only);
  ::sigaddset(&pipe_only, SIGPIPE);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
  runtime.block_on([]() -> Task<> {
    auto [tx, rx] = pipes::pipe().value();
    { auto gone = std::move(rx); }
    auto refused = co_await tx.write(bytes_of("x"));
    EXPECT_EQ(refused.error().kind(), ErrorKind::kBrokenPipe);
  }());
  sigset_t now;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &now);
  EXPECT_EQ(::sigismember(&now, SIGPIPE), 1);
  const timespec at_once{};
  ::sigtimedwait(&pipe_only, nullptr, &at_once);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(NetUnixPipeWithoutRuntime, making_one_throws_no_runtime) {
  EXPECT_THROW(static_cast<void>(pipes::pipe()), hd::runtime::NoRuntime);
}

}  // namespace
}  // namespace heddle_test
