// SPDX-License-Identifier: MIT
// No future and no result struct is an aggregate: GCC 12 copies the bytes of one that is a temporary beside a co_await.
//
// A new public future or result struct gets a line here.
#include <heddle/channel/mpmc.hpp>
#include <heddle/fs/fs.hpp>
#include <heddle/fs/read_dir.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/futures_ordered.hpp>
#include <heddle/future/gen.hpp>
#include <heddle/future/join.hpp>
#include <heddle/future/ok.hpp>
#include <heddle/future/on.hpp>
#include <heddle/future/select.hpp>
#include <heddle/future/stream_adapter.hpp>
#include <heddle/future/stream_consumer.hpp>
#include <heddle/future/task.hpp>
#include <heddle/io/buf_read.hpp>
#include <heddle/io/buf_writer.hpp>
#include <heddle/io/chain.hpp>
#include <heddle/io/copy.hpp>
#include <heddle/io/cursor.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/empty.hpp>
#include <heddle/io/bytes_codec.hpp>
#include <heddle/io/framed.hpp>
#include <heddle/io/join.hpp>
#include <heddle/io/length_delimited_codec.hpp>
#include <heddle/io/lines_codec.hpp>
#include <heddle/io/read.hpp>
#include <heddle/net/async_fd.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_socket.hpp>
#include <heddle/net/udp_socket.hpp>
#include <heddle/net/unix_datagram.hpp>
#include <heddle/net/unix_listener.hpp>
#include <heddle/net/unix_pipe.hpp>
#include <heddle/process/command.hpp>
#include <heddle/runtime/coop.hpp>
#include <heddle/runtime/join_handle.hpp>
#include <heddle/runtime/join_map.hpp>
#include <heddle/runtime/join_set.hpp>
#include <heddle/runtime/local_runtime.hpp>
#include <heddle/runtime/task_local.hpp>
#include <heddle/runtime/task_tracker.hpp>
#include <heddle/signal/signal.hpp>
#include <heddle/time/interval.hpp>
#include <heddle/time/sleep.hpp>
#include <heddle/time/timeout.hpp>

#include <gtest/gtest.h>

#include <expected>
#include <string>
#include <type_traits>

#include "support/mock_task.hpp"

namespace {

using heddle::Context;
using heddle::Poll;

/// All that a compiler may have to keep in a frame as a temporary.
template <class... Ts>
inline constexpr bool kNoAggregates = (!std::is_aggregate_v<Ts> && ...);

using Result = std::expected<std::string, std::string>;
using PollString = Poll<std::string> (*)(Context&);

// future
static_assert(kNoAggregates<heddle::Async<>, heddle::Async<std::string>, heddle::Task<>, heddle::Task<std::string>>);
static_assert(kNoAggregates<decltype(heddle::ready(std::string())), decltype(heddle::ready())>);
static_assert(kNoAggregates<decltype(heddle::pending<std::string>())>);
static_assert(kNoAggregates<decltype(heddle::poll_fn(PollString()))>);
static_assert(
    kNoAggregates<decltype(heddle::ok(std::declval<Result>())), decltype(heddle::ok(std::declval<Result&>()))>);
static_assert(kNoAggregates<Poll<std::string>, Poll<void>, Poll<std::string&>, heddle::Ready<std::string>>);
static_assert(kNoAggregates<heddle::Waker, Context>);
using Wait = decltype(heddle::ready(1));
using Handler = void (*)(int);
using Arm = decltype(heddle::on(std::declval<Wait>(), Handler()));
static_assert(kNoAggregates<Arm, decltype(heddle::otherwise(std::declval<void (*)()>()))>);
static_assert(kNoAggregates<decltype(heddle::select(std::declval<Arm>()))>);
static_assert(kNoAggregates<decltype(heddle::join(std::declval<Wait>(), std::declval<Wait>()))>);
static_assert(kNoAggregates<heddle::FuturesUnordered<Wait>, heddle::FuturesOrdered<Wait>,
                            decltype(std::declval<heddle::FuturesUnordered<Wait>&>().next())>);
static_assert(kNoAggregates<heddle::future::Joined<int, std::string>>);

// streams
using Words = heddle::Gen<std::string>;
static_assert(kNoAggregates<Words, decltype(heddle::next(std::declval<Words&>()))>);
static_assert(kNoAggregates<decltype(heddle::elements_of(std::declval<Words>()))>);
static_assert(kNoAggregates<decltype(heddle::stream::take(1)), decltype(std::declval<Words>() | heddle::stream::take(1)),
                            decltype(heddle::stream::fuse()), decltype(heddle::stream::enumerate()),
                            heddle::stream::Numbered<std::string>>);
static_assert(kNoAggregates<decltype(heddle::stream::collect(std::declval<Words>())),
                            decltype(heddle::stream::count(std::declval<Words>()))>);

// channel
static_assert(kNoAggregates<heddle::mpsc::Channel<std::string>, heddle::mpmc::Channel<std::string>>);
static_assert(kNoAggregates<heddle::channel::SendFuture<std::string>, heddle::channel::SendCopyFuture<std::string>,
                            heddle::channel::ClosedFuture<std::string>, heddle::channel::RecvFuture<std::string>,
                            heddle::channel::RecvManyFuture<std::string>>);
static_assert(kNoAggregates<heddle::mpsc::SendError<std::string>, heddle::mpsc::TrySendError<std::string>,
                            heddle::mpsc::SendTimeoutError<std::string>, heddle::mpsc::Permit<std::string>>);

// runtime, time
static_assert(kNoAggregates<heddle::task::JoinHandle<std::string>, heddle::task::JoinHandle<void>>);
using Tasks = heddle::task::JoinSet<std::string>;
using TasksByName = heddle::task::JoinMap<std::string, std::string>;
static_assert(kNoAggregates<Tasks, TasksByName, heddle::future::NextOf<Tasks>, heddle::future::NextOf<TasksByName>,
                            heddle::task::JoinNextWithId<Tasks>, heddle::task::Identified<std::string>,
                            heddle::task::Keyed<std::string, std::string>, heddle::task::JoinAll<Tasks>,
                            heddle::task::Shutdown<Tasks>, heddle::task::Shutdown<TasksByName>>);
static_assert(kNoAggregates<heddle::task::TaskTracker, heddle::task::TaskTrackerToken, heddle::task::TaskTrackerWait,
                            heddle::task::TrackedFuture<heddle::Task<std::string>>>);
static_assert(kNoAggregates<heddle::task::LocalSet, heddle::task::RunUntil<Wait>, heddle::runtime::LocalRuntime>);
static_assert(kNoAggregates<heddle::task::LocalScope<std::string, Wait>, heddle::task::Unconstrained<Wait>>);
static_assert(kNoAggregates<heddle::task::ConsumeBudget, heddle::task::HasBudgetRemaining>);
static_assert(kNoAggregates<decltype(heddle::time::sleep(std::chrono::seconds(1)))>);
static_assert(kNoAggregates<heddle::time::Timeout<Wait>, heddle::time::Elapsed, heddle::time::Tick>);

// net
using heddle::net::TcpStream;
using heddle::net::UnixAddr;
static_assert(kNoAggregates<TcpStream, heddle::net::TcpSocket, heddle::net::TcpListener, heddle::net::Accepted,
                            heddle::net::ReadFuture, heddle::net::WriteFuture, heddle::net::WriteAllFuture,
                            heddle::net::ReadinessFuture, heddle::net::ReadyFuture,
                            heddle::net::AcceptFuture<heddle::net::TcpListener>>);
static_assert(kNoAggregates<decltype(std::declval<TcpStream&>().split()),
                            decltype(std::declval<TcpStream>().into_split()),
                            heddle::net::OwnedReadHalf<TcpStream>, heddle::net::OwnedWriteHalf<TcpStream>,
                            heddle::net::ReuniteError<int, int>>);
static_assert(kNoAggregates<heddle::net::UdpSocket, heddle::net::ReceivedFrom<UnixAddr>,
                            heddle::net::RecvFromFuture<UnixAddr>, heddle::net::SendToFuture<UnixAddr>>);
static_assert(kNoAggregates<UnixAddr, heddle::net::UnixStream, heddle::net::UnixStreamPair, heddle::net::UnixListener,
                            heddle::net::UnixAccepted, heddle::net::UnixDatagram, heddle::net::UnixDatagramPair,
                            heddle::net::UCred, heddle::net::ReceivedFds, heddle::net::SendFdsFuture,
                            heddle::net::RecvFdsFuture>);
static_assert(kNoAggregates<heddle::net::unix_pipe::Sender, heddle::net::unix_pipe::Receiver,
                            heddle::net::unix_pipe::Pipe, heddle::net::unix_pipe::OpenOptions>);
using heddle::io::OwnedFd;
static_assert(kNoAggregates<OwnedFd, heddle::net::AsyncFd<OwnedFd>, heddle::net::AsyncFdError<OwnedFd>,
                            heddle::net::ReadyGuard<OwnedFd>, heddle::net::ReadyGuardFuture<OwnedFd>>);

// process
static_assert(kNoAggregates<heddle::process::Command, heddle::process::Stdio, heddle::process::Child,
                            heddle::process::ExitStatus, heddle::process::Output, heddle::process::Wait>);

// io
using heddle::io::BufReader;
using heddle::io::DuplexStream;
using Buffered = BufReader<DuplexStream>;
static_assert(kNoAggregates<heddle::io::Read<DuplexStream>, heddle::io::ReadExact<DuplexStream>,
                            heddle::io::ReadInt<DuplexStream, int, std::endian::big>,
                            heddle::io::ReadToEnd<DuplexStream>, heddle::io::ReadToString<DuplexStream>>);
static_assert(kNoAggregates<heddle::io::Write<DuplexStream>, heddle::io::WriteAll<DuplexStream>,
                            heddle::io::WriteInt<DuplexStream, int, std::endian::big>,
                            heddle::io::WriteVectored<DuplexStream>, heddle::io::Flush<DuplexStream>,
                            heddle::io::Shutdown<DuplexStream>>);
static_assert(kNoAggregates<heddle::io::FillBuf<Buffered>, heddle::io::ReadUntil<Buffered>,
                            heddle::io::ReadLine<Buffered>, heddle::io::NextPart<heddle::io::Lines<Buffered>>>);
static_assert(kNoAggregates<heddle::io::Copy<Buffered, Buffered>, heddle::io::CopyBuf<Buffered, Buffered>,
                            heddle::io::CopyBidirectional<Buffered, Buffered>, heddle::io::CopiedBoth>);
static_assert(kNoAggregates<heddle::io::Lines<Buffered>, heddle::io::Split<Buffered>, Buffered,
                            heddle::io::BufWriter<DuplexStream>, heddle::io::BufStream<DuplexStream>,
                            heddle::io::Cursor<std::string>, heddle::io::Take<DuplexStream>,
                            heddle::io::Chain<DuplexStream, DuplexStream>,
                            heddle::io::Join<DuplexStream, DuplexStream>>);
static_assert(kNoAggregates<heddle::io::Empty, heddle::io::Repeat, heddle::io::Sink, heddle::io::SeekFrom,
                            DuplexStream, heddle::io::Duplex, heddle::io::Simplex, heddle::io::Halves<DuplexStream>>);
static_assert(kNoAggregates<heddle::io::ReadHalf<DuplexStream>, heddle::io::WriteHalf<DuplexStream>,
                            heddle::io::ReuniteError<heddle::io::ReadHalf<DuplexStream>,
                                                     heddle::io::WriteHalf<DuplexStream>>>);
using Lined = heddle::io::Framed<DuplexStream, heddle::io::LinesCodec>;
static_assert(kNoAggregates<heddle::io::Buffer, heddle::io::BytesCodec, heddle::io::LinesCodec,
                            heddle::io::AnyDelimiterCodec, heddle::io::LengthDelimitedCodec,
                            heddle::io::LengthDelimitedCodec::Builder, Lined,
                            heddle::io::FramedRead<DuplexStream, heddle::io::LinesCodec>,
                            heddle::io::FramedWrite<DuplexStream, heddle::io::LinesCodec>,
                            heddle::io::FramedParts<DuplexStream, heddle::io::LinesCodec>>);
static_assert(kNoAggregates<heddle::io::SendFrame<Lined, std::string, true>, heddle::io::SendFrame<Lined, std::string, false>,
                            heddle::io::FlushFrames<Lined>, heddle::io::CloseFrames<Lined>>);

// fs
static_assert(kNoAggregates<heddle::fs::FileType, heddle::fs::Permissions, heddle::fs::Metadata, heddle::fs::DirBuilder,
                            heddle::fs::DirEntry, heddle::fs::ReadDir, heddle::fs::NextEntry>);

// signal
static_assert(kNoAggregates<heddle::signal::Signal, heddle::signal::RecvSignal, heddle::signal::CtrlC>);

// the futures of our tests
static_assert(kNoAggregates<heddle::test::YieldTimes>);

TEST(NoAggregates, is_checked_when_it_compiles) { SUCCEED(); }

}  // namespace
