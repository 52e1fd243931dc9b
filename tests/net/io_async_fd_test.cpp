// SPDX-License-Identifier: MIT
// AsyncFd, as tokio/tests/io_async_fd.rs looks at it.
#include <heddle/future/async.hpp>
#include <heddle/net/async_fd.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/spawn.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"
#include "support/polled.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::io::ErrorKind;
using hd::io::OwnedFd;
using hd::net::AsyncFd;
using hd::net::Interest;
using hd::test::Polled;

using Watched = AsyncFd<OwnedFd>;

struct Pair {
  OwnedFd a;
  OwnedFd b;
  Pair(OwnedFd one, OwnedFd two) : a(std::move(one)), b(std::move(two)) {}
};

Pair socket_pair() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
  return Pair(OwnedFd(ends[0]), OwnedFd(ends[1]));
}

hd::io::Result<std::size_t> read_byte(const OwnedFd& fd) {
  char byte = 0;
  const auto count = ::read(fd.as_raw_fd(), &byte, 1);
  if (count < 0) return hd::io::fail(errno);
  return static_cast<std::size_t>(count);
}
hd::io::Result<std::size_t> write_some(const OwnedFd& fd, std::size_t size = 1) {
  const std::string text(size, 'x');
  const auto count = ::write(fd.as_raw_fd(), text.data(), text.size());
  if (count < 0) return hd::io::fail(errno);
  return static_cast<std::size_t>(count);
}

class IoAsyncFd : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoAsyncFd, every_kind(), name_of);

TEST_P(IoAsyncFd, is_writable_at_first_and_not_readable) {
  run([]() -> Task<> {
    auto [a, b] = socket_pair();
    auto fd = Watched::make(std::move(a)).value();
    auto guard = co_await fd.writable();
    EXPECT_TRUE(guard.value().ready().is_writable());
    EXPECT_FALSE(guard.value().ready().is_readable());
    Polled readable([&] { return fd.readable(); });
    EXPECT_TRUE(readable.pending());
  }());
}

TEST_P(IoAsyncFd, stays_readable_until_that_is_cleared_and_is_again_by_the_next_event) {
  run([]() -> Task<> {
    auto [a, b] = socket_pair();
    auto fd = Watched::make(std::move(a)).value();
    EXPECT_TRUE(write_some(b).has_value());
    auto guard = (co_await fd.readable()).value();
    EXPECT_EQ(guard.try_io(read_byte).value(), 1U);
    auto again = co_await fd.readable();  // nobody has found otherwise yet
    EXPECT_TRUE(again.has_value());
    guard.clear_ready();
    Polled readable([&] { return fd.readable(); });
    EXPECT_TRUE(readable.pending());
    EXPECT_TRUE(write_some(b).has_value());
    auto event = co_await fd.readable();
    EXPECT_TRUE(event.has_value());
    EXPECT_TRUE(readable.poll().is_ready());
  }());
}

TEST_P(IoAsyncFd, an_event_that_came_after_the_guard_is_not_cleared_by_it) {
  run([]() -> Task<> {
    auto [a, b] = socket_pair();
    auto fd = Watched::make(std::move(a)).value();
    EXPECT_TRUE(write_some(b).has_value());
    auto old = (co_await fd.readable()).value();
    EXPECT_EQ(read_byte(fd.get_ref()).value(), 1U);
    old.clear_ready();
    EXPECT_TRUE(write_some(b).has_value());
    auto event = co_await fd.readable();
    EXPECT_TRUE(event.has_value());
    old.clear_ready();  // of the past
    auto still = co_await fd.readable();
    EXPECT_TRUE(still.has_value());
  }());
}

TEST_P(IoAsyncFd, writing_until_it_would_block_clears_and_room_makes_it_writable_again) {
  run([]() -> Task<> {
    auto [a, b] = socket_pair();
    auto fd = Watched::make(std::move(a)).value();
    auto guard = (co_await fd.writable()).value();
    std::size_t bytes = 0;
    for (;;) {
      auto count = guard.try_io([](const OwnedFd& owner) { return write_some(owner, 512); });
      if (!count) {
        EXPECT_EQ(count.error().kind(), ErrorKind::kWouldBlock);
        break;
      }
      bytes += *count;
    }
    {
      Polled writable([&] { return fd.writable(); });
      EXPECT_TRUE(writable.pending());
    }
    while (bytes > 0) {
      std::array<char, 512> buffer{};
      bytes -= static_cast<std::size_t>(::read(b.as_raw_fd(), buffer.data(), buffer.size()));
    }
    auto room = co_await fd.writable();
    EXPECT_TRUE(room.has_value());
  }());
}

TEST_P(IoAsyncFd, a_guard_of_both_directions_clears_one_of_them) {
  run([]() -> Task<> {
    auto [a, b] = socket_pair();
    auto fd = Watched::make(std::move(a)).value();
    EXPECT_TRUE(write_some(b).has_value());
    auto readable = co_await fd.readable();
    auto guard = (co_await fd.ready(Interest::kReadable | Interest::kWritable)).value();
    EXPECT_TRUE(guard.ready().is_readable());
    EXPECT_TRUE(guard.ready().is_writable());
    guard.clear_ready_matching(Interest::kReadable);
    Polled again([&] { return fd.readable(); });
    EXPECT_TRUE(again.pending());
    auto writable = co_await fd.writable();
    EXPECT_TRUE(writable.has_value());
    EXPECT_EQ(&guard.async_fd(), &fd);
  }());
}

TEST_P(IoAsyncFd, waiting_for_either_direction_ends_with_the_first) {
  run([]() -> Task<> {
    auto [a, b] = socket_pair();
    auto fd = Watched::make(std::move(a)).value();
    auto guard = (co_await fd.writable()).value();
    guard.clear_ready();
    Polled either([&] { return fd.ready(Interest::kReadable | Interest::kWritable); });
    EXPECT_TRUE(either.pending());
    EXPECT_TRUE(write_some(b).has_value());
    auto event = co_await fd.readable();
    EXPECT_TRUE(event.has_value());
    EXPECT_TRUE(either.is_woken());
    EXPECT_TRUE(either.poll()->value().ready().is_readable());
  }());
}

TEST_P(IoAsyncFd, trying_calls_only_when_it_is_ready) {
  run([]() -> Task<> {
    auto [a, b] = socket_pair();
    auto fd = Watched::make(std::move(a)).value();
    int calls = 0;
    const auto call = [&calls](const OwnedFd&) -> hd::io::Result<int> { return ++calls; };
    const auto would_block = [&calls](const OwnedFd&) -> hd::io::Result<int> {
      ++calls;
      return hd::io::fail(EAGAIN);
    };
    EXPECT_EQ(fd.try_io(Interest::kReadable, call).error().kind(), ErrorKind::kWouldBlock);
    EXPECT_EQ(calls, 0);
    EXPECT_TRUE(write_some(b).has_value());
    auto event = co_await fd.readable();
    EXPECT_TRUE(event.has_value());
    EXPECT_TRUE(fd.try_io(Interest::kReadable, call).has_value());
    EXPECT_FALSE(fd.try_io(Interest::kReadable, would_block).has_value());
    EXPECT_FALSE(fd.try_io(Interest::kReadable, call).has_value());
    EXPECT_EQ(calls, 2);
  }());
}

TEST_P(IoAsyncFd, an_operation_is_awaited_until_it_no_longer_would_block) {
  run([]() -> Task<> {
    auto [a, b] = socket_pair();
    auto fd = Watched::make(std::move(a)).value();
    Polled reading([&] { return fd.async_io(Interest::kReadable, read_byte); });
    EXPECT_TRUE(reading.pending());
    EXPECT_TRUE(write_some(b).has_value());
    auto count = co_await fd.async_io(Interest::kReadable, read_byte);
    EXPECT_EQ(count.value(), 1U);
    EXPECT_TRUE(reading.pending());  // it tries, and would block
    EXPECT_TRUE(write_some(b).has_value());
    auto event = co_await fd.readable();
    EXPECT_TRUE(event.has_value());
    EXPECT_EQ(reading.poll()->value(), 1U);
  }());
}

TEST_P(IoAsyncFd, many_tasks_that_wait_are_all_woken) {
  run([]() -> Task<> {
    auto [a, b] = socket_pair();
    auto fd = std::make_unique<Watched>(Watched::make(std::move(a)).value());
    std::vector<std::unique_ptr<Polled<hd::net::ReadyGuardFuture<OwnedFd>>>> waiters;
    for (int i = 0; i < 10; ++i) {
      waiters.push_back(std::make_unique<Polled<hd::net::ReadyGuardFuture<OwnedFd>>>([&] { return fd->readable(); }));
      EXPECT_TRUE(waiters.back()->pending());
    }
    EXPECT_TRUE(write_some(b).has_value());
    auto event = co_await fd->readable();
    EXPECT_TRUE(event.has_value());
    for (auto& waiter : waiters) EXPECT_TRUE(waiter->poll().is_ready());
  }());
}

TEST_P(IoAsyncFd, dropping_it_drops_the_owner_which_closes_or_not) {
  run([]() -> Task<> {
    auto [a, b] = socket_pair();
    {
      auto fd = Watched::make(std::move(a)).value();
      EXPECT_EQ(read_byte(b).error().kind(), ErrorKind::kWouldBlock);
    }
    EXPECT_EQ(read_byte(b).value(), 0U);

    class Borrower {
     public:
      explicit Borrower(int fd) noexcept : fd_(fd) {}
      int as_raw_fd() const noexcept { return fd_; }

     private:
      int fd_;
    };
    auto [c, d] = socket_pair();
    { auto fd = AsyncFd<Borrower>::make(Borrower(c.as_raw_fd())); }
    EXPECT_EQ(read_byte(d).error().kind(), ErrorKind::kWouldBlock);
    co_return;
  }());
}

TEST_P(IoAsyncFd, gives_its_owner_back_who_may_be_watched_again) {
  run([]() -> Task<> {
    auto [a, b] = socket_pair();
    auto fd = Watched::make(std::move(a)).value();
    OwnedFd owner = std::move(fd).into_inner();
    EXPECT_EQ(read_byte(b).error().kind(), ErrorKind::kWouldBlock);
    auto again = Watched::make(std::move(owner)).value();
    auto writable = co_await again.writable();
    EXPECT_TRUE(writable.has_value());
  }());
}

TEST_P(IoAsyncFd, what_can_not_be_watched_is_given_back_with_the_reason) {
  run([]() -> Task<> {
    OwnedFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    auto refused = Watched::try_make(std::move(file));
    EXPECT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().cause.kind(), ErrorKind::kPermissionDenied);
    EXPECT_GE(refused.error().owner.as_raw_fd(), 0);
    EXPECT_EQ(Watched::make(OwnedFd(-1)).error().raw_os_error(), EBADF);
    auto [a, b] = socket_pair();
    class Same {
     public:
      explicit Same(int fd) noexcept : fd_(fd) {}
      int as_raw_fd() const noexcept { return fd_; }

     private:
      int fd_;
    };
    auto once = AsyncFd<Same>::make(Same(a.as_raw_fd()));
    EXPECT_EQ(AsyncFd<Same>::make(Same(a.as_raw_fd())).error().kind(), ErrorKind::kAlreadyExists);
    co_return;
  }());
}

TEST_P(IoAsyncFd, watches_what_is_no_socket) {
  run([]() -> Task<> {
    auto counter = Watched::make(OwnedFd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))).value();
    Polled readable([&] { return counter.readable(); });
    EXPECT_TRUE(readable.pending());
    const std::uint64_t three = 3;
    EXPECT_EQ(::write(counter.as_raw_fd(), &three, sizeof three), 8);
    const auto read_count = [](const OwnedFd& fd) -> hd::io::Result<std::uint64_t> {
      std::uint64_t value = 0;
      if (::read(fd.as_raw_fd(), &value, sizeof value) < 0) return hd::io::fail(errno);
      return value;
    };
    auto value = co_await counter.async_io(Interest::kReadable, read_count);
    EXPECT_EQ(value.value(), 3U);
  }());
}

TEST(IoAsyncFdWithoutRuntime, making_one_throws_no_runtime) {
  auto [a, b] = socket_pair();
  EXPECT_THROW(static_cast<void>(Watched::make(std::move(a))), hd::runtime::NoRuntime);
}

TEST(IoAsyncFdWithoutRuntime, who_waits_when_the_runtime_goes_gets_an_error) {
  auto [a, b] = socket_pair();
  std::optional<Watched> fd;
  auto runtime = std::make_unique<hd::runtime::Runtime>(runtime_of(RuntimeKind::kFourWorkers));
  runtime->block_on([](OwnedFd end, std::optional<Watched>& out) -> hd::Async<> {
    out.emplace(Watched::make(std::move(end)).value());
    co_return;
  }(std::move(a), fd));
  Polled readable([&] { return fd->readable(); });
  EXPECT_TRUE(readable.pending());
  runtime.reset();
  EXPECT_EQ(readable.take_wakes(), 1);
  EXPECT_EQ(readable.poll()->error().kind(), ErrorKind::kOther);
  EXPECT_EQ(fd->try_io(Interest::kReadable, read_byte).error().kind(), ErrorKind::kOther);
  Polled later([&] { return fd->writable(); });
  EXPECT_EQ(later.poll()->error().kind(), ErrorKind::kOther);
}

}  // namespace
}  // namespace heddle_test
