// SPDX-License-Identifier: MIT
// Every future that heddle gives out can be an arm of select, made there, and loses without a trace.
#include "support/temp_dir.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace hd = heddle;
using namespace std::chrono_literals;

namespace {

/// Asks `future`, made within the expression as users write it, first, and lets another arm win.
#define EXPECT_LOSES(future)                                                                                  \
  do {                                                                                                        \
    auto won = [] {};                                                                                         \
    auto ready = [](auto&&...) { ADD_FAILURE() << #future " was ready"; };                                    \
    co_await hd::select(hd::biased, hd::on(future, ready), hd::on(hd::ready(), won));                         \
  } while (false)

hd::Task<> channels() {
  auto [tx, rx] = hd::mpsc::sync_channel<std::string>(1);
  std::vector<std::string> many;
  EXPECT_LOSES(rx.recv_async());
  EXPECT_LOSES(rx.recv_many_async(many, 4));
  EXPECT_LOSES(tx.closed());
  tx.send("full").value();
  std::string kept = "kept";
  EXPECT_LOSES(tx.send_async(std::move(kept)));
  EXPECT_EQ(kept, "kept");
  EXPECT_LOSES(tx.reserve_async());
  EXPECT_EQ(rx.recv(), "full");
  tx.send("after").value();
  EXPECT_EQ(rx.recv(), "after");

  auto [to, from] = hd::mpsc::sync_channel<int>(0);
  EXPECT_LOSES(from.recv_async());
  EXPECT_LOSES(to.send_async(1));

  auto [one, answer] = hd::oneshot::channel<int>();
  EXPECT_LOSES(answer);
  EXPECT_LOSES(one.closed());

  auto [all, copy] = hd::broadcast::channel<int>(2);
  EXPECT_LOSES(copy.recv());
  EXPECT_LOSES(all.closed());
  static_cast<void>(all.send(7));
  auto seven = co_await copy.recv();
  EXPECT_EQ(seven.value(), 7);

  auto [set, seen] = hd::watch::channel<int>(1);
  EXPECT_LOSES(seen.changed());
  EXPECT_LOSES(seen.wait_for([](const int& value) { return value == 2; }));
  EXPECT_LOSES(set.closed());
}

hd::Task<> locks() {
  hd::async::Mutex<int> mutex(1);
  auto guard = co_await mutex.lock();
  EXPECT_LOSES(mutex.lock());
  hd::async::RwLock<int> rw(1);
  auto writer = co_await rw.write();
  EXPECT_LOSES(rw.read());
  EXPECT_LOSES(rw.write());
  hd::async::Semaphore semaphore(0);
  EXPECT_LOSES(semaphore.acquire());
  semaphore.add_permits(1);
  EXPECT_EQ(semaphore.available_permits(), 1U);
  hd::async::Notify notify;
  EXPECT_LOSES(notify.notified());
  hd::async::CancellationToken token;
  EXPECT_LOSES(token.cancelled());
  EXPECT_LOSES(hd::async::CancellationToken::cancelled_owned(token.clone()));
  EXPECT_LOSES(token.run_until_cancelled(hd::pending()));
  hd::async::Barrier barrier(3);
  EXPECT_LOSES(hd::cancel_unsafe(barrier.wait()));
  hd::async::SetOnce<int> once;
  EXPECT_LOSES(once.wait());
  hd::async::OnceCell<int> cell;
  auto never = [] { return hd::pending<int>(); };
  EXPECT_LOSES(cell.get_or_init(never));
  EXPECT_FALSE(cell.initialized());
}

hd::Task<> streams() {
  namespace io = hd::io;
  auto [a, b] = io::duplex(4);
  std::array<std::byte, 4> buffer{};
  std::vector<std::byte> bytes;
  std::string text;
  const std::array<std::span<const std::byte>, 1> sources{std::as_bytes(std::span(buffer))};
  EXPECT_LOSES(io::read(a, buffer));
  EXPECT_LOSES(hd::cancel_unsafe(io::read_exact(a, buffer)));
  EXPECT_LOSES(io::read_be<std::uint8_t>(a));
  EXPECT_LOSES(hd::cancel_unsafe(io::read_be<std::uint32_t>(a)));
  EXPECT_LOSES(io::read_to_end(a, bytes));
  EXPECT_LOSES(hd::cancel_unsafe(io::read_to_string(a, text)));
  io::BufReader reader(a);
  EXPECT_LOSES(io::fill_buf(reader));
  EXPECT_LOSES(io::read_until(reader, std::byte{'\n'}, bytes));
  EXPECT_LOSES(hd::cancel_unsafe(io::read_line(reader, text)));
  auto lines = io::lines(reader);
  EXPECT_LOSES(lines.next_line());
  auto parts = io::split(reader, std::byte{','});
  EXPECT_LOSES(parts.next_segment());
  EXPECT_LOSES(hd::cancel_unsafe(io::copy(a, b)));
  EXPECT_LOSES(io::copy_buf(reader, b));
  EXPECT_LOSES(hd::cancel_unsafe(io::copy_bidirectional(a, b)));

  auto filled = co_await io::write(a, buffer);
  EXPECT_EQ(filled.value(), 4U);
  EXPECT_LOSES(io::write(a, buffer));
  EXPECT_LOSES(hd::cancel_unsafe(io::write_all(a, buffer)));
  EXPECT_LOSES(io::write_vectored(a, sources));
  EXPECT_LOSES(io::write_be(a, 'x'));
  EXPECT_LOSES(hd::cancel_unsafe(io::write_be(a, 1)));
  io::BufWriter writer(a);
  auto kept = co_await io::write(writer, buffer);
  EXPECT_EQ(kept.value(), 4U);
  EXPECT_LOSES(io::flush(writer));
  EXPECT_LOSES(io::shutdown(writer));
  auto got = co_await io::read(b, buffer);
  EXPECT_EQ(got.value(), 4U);
}

hd::Task<> frames() {
  namespace io = hd::io;
  auto [a, b] = io::duplex(4);
  io::Framed lines(a, io::LinesCodec());
  EXPECT_LOSES(hd::next(lines));
  lines.set_backpressure_boundary(4);
  auto fed = co_await lines.feed("too much");
  EXPECT_LOSES(lines.feed("more"));
  EXPECT_LOSES(hd::cancel_unsafe(lines.send("more")));
  EXPECT_LOSES(lines.flush());
  EXPECT_LOSES(lines.close());
  EXPECT_EQ(lines.write_buffer().text(), "much\n");
}

hd::Task<> sockets_and_time() {
  auto listener = (co_await hd::net::TcpListener::bind("127.0.0.1:0")).value();
  EXPECT_LOSES(listener.accept());
  auto client = (co_await hd::net::TcpStream::connect(listener.local_addr().value())).value();
  auto [server, peer] = (co_await listener.accept()).value();
  std::array<std::byte, 4> buffer{};
  EXPECT_LOSES(server.read(buffer));
  EXPECT_LOSES(server.peek(buffer));
  EXPECT_LOSES(server.readable());
  EXPECT_LOSES(server.ready(hd::net::Interest::kReadable));
  auto never = [] { return hd::io::Result<int>(hd::io::fail(hd::io::ErrorKind::kWouldBlock, "not yet")); };
  EXPECT_LOSES(server.async_io(hd::net::Interest::kReadable, never));
  EXPECT_LOSES(hd::time::sleep(1h));
  auto ticks = hd::time::interval_at(hd::time::Instant::now() + 1h, 1h);
  EXPECT_LOSES(ticks.tick());
  EXPECT_LOSES(hd::next(ticks));
  hd::time::DelayQueue<int> queue;
  queue.insert(1, 1h);
  EXPECT_LOSES(hd::next(queue));
  EXPECT_EQ(queue.len(), 1U);
  EXPECT_LOSES(hd::cancel_unsafe(hd::stream::count(hd::stream::pending<int>())));
  EXPECT_LOSES(hd::stream::for_each(hd::stream::pending<int>(), [](int) {}));
  auto handle = hd::task::spawn([]() -> hd::Task<int> { co_await hd::time::sleep(1h); co_return 1; }());
  EXPECT_LOSES(handle);
  handle.abort();
}

hd::Task<> directories() {
  const heddle_test::TempDir folder;
  for (int i = 0; i < 200; ++i) heddle_test::put(folder / std::to_string(i), "");
  auto entries = (co_await hd::fs::read_dir(folder.path())).value();
  int seen = 0;
  for (; seen < 128; ++seen) EXPECT_TRUE((co_await entries.next_entry()).value().has_value());
  // The next batch waits behind a call that holds the only thread.
  auto [release, held] = hd::mpsc::channel<int>();
  auto holds = hd::task::spawn_blocking([](hd::mpsc::Receiver<int> until) { std::ignore = until.recv(); },
                                        std::move(held));
  EXPECT_LOSES(entries.next_entry());
  release.send(1).value();
  EXPECT_TRUE((co_await holds).has_value());
  for (;; ++seen) {
    const auto entry = (co_await entries.next_entry()).value();
    if (!entry) break;
  }
  EXPECT_EQ(seen, 200);
}

hd::Task<> signals() {
  auto listener = hd::signal::signal(hd::signal::SignalKind::window_change()).value();
  EXPECT_LOSES(listener.recv());
  EXPECT_LOSES(hd::next(listener));
  EXPECT_LOSES(hd::signal::ctrl_c());
  co_return;
}

hd::Task<> sets_of_tasks() {
  hd::task::JoinSet<int> set;
  set.spawn(hd::pending<int>());
  EXPECT_LOSES(set.join_next());
  EXPECT_LOSES(set.join_next_with_id());
  EXPECT_LOSES(set.shutdown());
  EXPECT_LOSES(hd::cancel_unsafe(std::move(set).join_all()));
  hd::task::JoinMap<int, int> map;
  map.spawn(1, hd::pending<int>());
  EXPECT_LOSES(map.join_next());
  EXPECT_LOSES(map.shutdown());
  EXPECT_EQ(map.len(), 1U);
  hd::task::TaskTracker tracker;
  EXPECT_LOSES(tracker.wait());
  EXPECT_LOSES(tracker.track_future(hd::pending()));
  EXPECT_TRUE(tracker.is_empty());
}

hd::Task<> datagrams_and_descriptors() {
  namespace net = hd::net;
  std::array<std::byte, 4> buffer{};
  auto udp = (co_await net::UdpSocket::bind("127.0.0.1:0")).value();
  EXPECT_LOSES(udp.recv(buffer));
  EXPECT_LOSES(udp.recv_from(buffer));
  EXPECT_LOSES(udp.peek_from(buffer));
  auto [a, b] = net::UnixStream::pair().value();
  EXPECT_LOSES(a.read(buffer));
  EXPECT_LOSES(a.recv_fds(buffer, 1));
  auto [first, second] = net::UnixDatagram::pair().value();
  EXPECT_LOSES(first.recv_from(buffer));
  while (second.try_send(buffer)) {
  }
  EXPECT_LOSES(second.send(buffer));
  EXPECT_LOSES(second.writable());
  auto [tx, rx] = net::unix_pipe::pipe().value();
  EXPECT_LOSES(rx.read(buffer));
  while (tx.try_write(buffer)) {
  }
  EXPECT_LOSES(tx.write(buffer));
  EXPECT_LOSES(hd::cancel_unsafe(tx.write_all(buffer)));
  auto fd = net::AsyncFd<hd::io::OwnedFd>::make(std::move(a).into_fd()).value();
  EXPECT_LOSES(fd.readable());
  EXPECT_LOSES(fd.ready(net::Interest::kReadable));
  auto never = [](const hd::io::OwnedFd&) {
    return hd::io::Result<int>(hd::io::fail(hd::io::ErrorKind::kWouldBlock, "not yet"));
  };
  EXPECT_LOSES(fd.async_io(net::Interest::kReadable, never));
}

hd::Async<> processes() {
  auto child = hd::process::Command("/bin/cat").stdin_(hd::process::Stdio::piped()).spawn().value();
  auto in = std::exchange(child.stdin_, std::nullopt);
  EXPECT_LOSES(child.wait());
  in.reset();
  auto status = co_await child.wait();
  EXPECT_TRUE(status.value().success());
}

hd::Async<> local_tasks() {
  hd::task::LocalSet set;
  auto handle = set.spawn_local(hd::pending());
  EXPECT_LOSES(set);
  EXPECT_LOSES(set.run_until(hd::pending()));
  EXPECT_FALSE(handle.is_finished());
  auto mine = [] {
    hd::task::LocalSet dropped;
    static_cast<void>(dropped.spawn_local(hd::pending()));
    return dropped;
  };
  EXPECT_LOSES(mine());
}

constinit hd::task::Local<int> number;

hd::Async<> futures_around_futures() {
  hd::FuturesUnordered<hd::time::Sleep> sleeps;
  sleeps.push_with([] { return hd::time::sleep(1h); });
  EXPECT_LOSES(sleeps.next());
  EXPECT_EQ(sleeps.len(), 1U);
  hd::FuturesOrdered<hd::future::PendingFuture<void>> ordered;
  ordered.push_back(hd::pending());
  EXPECT_LOSES(ordered.next());
  EXPECT_EQ(ordered.len(), 1U);
  EXPECT_LOSES(number.scope(1, []() -> hd::Async<> { co_await hd::pending(); }()));
  EXPECT_LOSES(number.scope(1, []() -> hd::Task<> { co_await hd::pending(); }()));
  EXPECT_LOSES(hd::task::unconstrained([]() -> hd::Task<> { co_await hd::pending(); }()));
  EXPECT_FALSE(number.try_get().has_value());
}

TEST(SelectArms, waits_for_channels_lose_without_a_trace) {
  hd::runtime::Builder::current_thread().build()->block_on(channels());
}

TEST(SelectArms, waits_for_locks_lose_without_a_trace) {
  hd::runtime::Builder::current_thread().build()->block_on(locks());
}

TEST(SelectArms, waits_for_streams_lose_without_a_trace) {
  hd::runtime::Builder::current_thread().build()->block_on(streams());
  hd::runtime::Builder::current_thread().build()->block_on(frames());
}

TEST(SelectArms, waits_for_datagrams_pipes_and_descriptors_lose_without_a_trace) {
  hd::runtime::Builder::current_thread().build()->block_on(datagrams_and_descriptors());
}

TEST(SelectArms, waits_for_processes_lose_without_a_trace) {
  hd::runtime::Builder::current_thread().build()->block_on(processes());
}

TEST(SelectArms, waits_for_sockets_and_time_lose_without_a_trace) {
  hd::runtime::Builder::current_thread().build()->block_on(sockets_and_time());
}

TEST(SelectArms, waits_for_directories_lose_without_a_trace) {
  hd::runtime::Builder::current_thread().max_blocking_threads(1).build()->block_on(directories());
}

TEST(SelectArms, waits_for_signals_lose_without_a_trace) {
  hd::runtime::Builder::current_thread().build()->block_on(signals());
}

TEST(SelectArms, waits_for_sets_of_tasks_lose_without_a_trace) {
  hd::runtime::Builder::current_thread().build()->block_on(sets_of_tasks());
}

TEST(SelectArms, waits_for_local_tasks_lose_without_a_trace) {
  hd::runtime::Builder::current_thread().build()->block_on(local_tasks());
  hd::runtime::Builder::current_thread().build()->block_on(futures_around_futures());
}

TEST(SelectArms, what_an_arm_waited_for_may_go_before_the_handler_has_run) {
  hd::runtime::Builder::current_thread().build()->block_on([]() -> hd::Task<> {
    struct Ends {
      std::optional<hd::mpsc::Channel<int>> mpsc{hd::mpsc::channel<int>()};
      std::optional<hd::async::Notify> notify{std::in_place};
      std::optional<hd::async::CancellationToken> token{std::in_place};
    } ends;
    auto end_all = [&ends] {
      ends.mpsc.reset();
      ends.notify.reset();
      ends.token.reset();
    };
    auto ignore = [](auto&&...) {};
    co_await hd::select(hd::biased, hd::on(ends.mpsc->rx.recv_async(), ignore),
                        hd::on(ends.notify->notified(), ignore), hd::on(ends.token->cancelled(), ignore),
                        hd::on(hd::ready(), end_all));
  }());
}

}  // namespace
