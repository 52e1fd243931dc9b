// SPDX-License-Identifier: MIT
// The table of Send, Sync, SyncMut and Owned: one line per public type of heddle, and what Rust's book says of its own.
// A type that joins heddle joins the table.
#include <heddle/heddle.hpp>
#include <heddle/marker/door.hpp>

#include <gtest/gtest.h>

#include <any>
#include <array>
#include <atomic>
#include <bitset>
#include <chrono>
#include <complex>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <expected>
#include <filesystem>
#include <forward_list>
#include <functional>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <queue>
#include <random>
#include <semaphore>
#include <set>
#include <shared_mutex>
#include <source_location>
#include <span>
#include <stack>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <valarray>
#include <variant>
#include <vector>

namespace {

namespace hd = heddle;

constexpr bool y = true;
constexpr bool n = false;

template <class T>
consteval bool is(bool send, bool sync, bool sync_mut, bool owned) {
  return hd::Send<T> == send && hd::Sync<T> == sync && hd::SyncMut<T> == sync_mut && hd::Owned<T> == owned;
}

template <class S>
using Lined = hd::io::Framed<S, hd::io::LinesCodec>;
using Rc = hd::sync::Rc<int>;

//                                                          Send Sync SyncMut Owned
// The language, and Rust's table.
static_assert(is<int>(/*                                 */ y, y, n, y));
static_assert(is<bool>(/*                                */ y, y, n, y));
static_assert(is<std::nullptr_t>(/*                      */ y, y, n, y));
static_assert(is<hd::io::ErrorKind>(/*                   */ y, y, n, y));
static_assert(is<void (*)(int*)>(/*                      */ y, y, n, y));
static_assert(is<int*>(/*                                */ n, n, n, n));
static_assert(is<const char*>(/*                         */ n, n, n, n));
static_assert(is<int&>(/*                                */ y, n, n, n));
static_assert(is<const int&>(/*                          */ y, y, y, n));
static_assert(is<std::string>(/*                         */ y, y, n, y));
static_assert(is<std::vector<int>>(/*                    */ y, y, n, y));
static_assert(is<std::vector<Rc>>(/*                     */ n, n, n, y));
static_assert(is<std::vector<int*>>(/*                   */ n, n, n, n));

// heddle: sync
static_assert(is<hd::sync::Mutex<int>>(/*                */ y, y, n, y));
static_assert(is<hd::sync::Mutex<hd::sync::Cell<int>>>(/**/ y, y, n, y));
static_assert(is<hd::sync::Mutex<Rc>>(/*                 */ n, n, n, y));
static_assert(is<hd::sync::MutexGuard<int>>(/*           */ n, y, n, n));
static_assert(is<hd::sync::MutexGuard<hd::sync::Cell<int>>>(n, n, n, n));
static_assert(is<hd::sync::MappedMutexGuard<int>>(/*     */ n, y, n, n));
static_assert(is<hd::sync::RwLock<int>>(/*               */ y, y, n, y));
static_assert(is<hd::sync::RwLock<hd::sync::Cell<int>>>(/*   */ y, n, n, y));
static_assert(is<hd::sync::RwLockReadGuard<int>>(/*      */ n, y, n, n));
static_assert(is<hd::sync::RwLockWriteGuard<int>>(/*     */ n, y, n, n));
static_assert(is<hd::sync::MappedRwLockWriteGuard<int>>(/*   */ n, y, n, n));
static_assert(is<Rc>(/*                                  */ n, n, n, y));
static_assert(is<hd::sync::RcWeak<int>>(/*               */ n, n, n, y));
static_assert(is<hd::sync::Arc<int>>(/*                  */ y, y, n, y));
static_assert(is<hd::sync::Arc<hd::sync::Cell<int>>>(/*  */ n, n, n, y));
static_assert(is<hd::sync::Arc<Rc>>(/*                   */ n, n, n, y));
static_assert(is<hd::sync::Arc<hd::sync::Mutex<int>>>(/* */ y, y, n, y));
static_assert(is<hd::sync::Arc<std::string_view>>(/*     */ y, y, n, n));
static_assert(is<hd::sync::Weak<int>>(/*                 */ y, y, n, y));
static_assert(is<hd::sync::Weak<Rc>>(/*                  */ n, n, n, y));
static_assert(is<hd::sync::Cell<int>>(/*                 */ y, n, n, y));
static_assert(is<hd::sync::Cell<Rc>>(/*                  */ n, n, n, y));
static_assert(is<hd::sync::RefCell<int>>(/*              */ y, n, n, y));
static_assert(is<hd::sync::RefCell<Rc>>(/*               */ n, n, n, y));
static_assert(is<hd::sync::Ref<int>>(/*                  */ n, n, n, n));
static_assert(is<hd::sync::RefMut<int>>(/*               */ n, n, n, n));
static_assert(is<hd::sync::Condvar>(/*                   */ y, y, y, y));
static_assert(is<hd::sync::Once>(/*                      */ y, y, y, y));
static_assert(is<hd::sync::OnceLock<int>>(/*             */ y, y, n, y));
static_assert(is<hd::sync::OnceLock<hd::sync::Cell<int>>>(/* */ y, n, n, y));
static_assert(is<hd::sync::LazyLock<int, int (*)()>>(/*  */ y, y, n, y));
static_assert(is<hd::sync::LazyLock<Rc, Rc (*)()>>(/*    */ n, n, n, y));
static_assert(is<hd::sync::Barrier>(/*                   */ y, y, y, y));
static_assert(is<hd::sync::BarrierWaitResult>(/*         */ y, y, n, y));
static_assert(is<hd::sync::PoisonError<int>>(/*          */ y, y, n, y));
static_assert(is<hd::sync::PoisonError<hd::sync::MutexGuard<int>>>(n, y, n, n));
static_assert(is<hd::sync::TryLockError<hd::sync::MutexGuard<int>>>(n, y, n, n));

// heddle: thread
static_assert(is<hd::thread::Builder>(/*                 */ y, y, n, y));
static_assert(is<hd::thread::Thread>(/*                  */ y, y, n, y));
static_assert(is<hd::thread::JoinHandle<int>>(/*         */ y, y, n, y));
static_assert(is<hd::thread::JoinHandle<Rc>>(/*          */ n, n, n, y));
static_assert(is<hd::thread::ScopedJoinHandle<int>>(/*   */ y, y, n, n));
static_assert(is<hd::thread::Scope>(/*                   */ n, y, y, n));
static_assert(is<hd::thread::JoinError>(/*               */ y, y, n, y));
static_assert(is<hd::thread::LocalKey<int>>(/*           */ y, y, y, y));
static_assert(is<hd::thread::LocalKey<Rc>>(/*            */ y, y, y, y));

// heddle: future
static_assert(is<hd::Task<int>>(/*                       */ y, y, n, y));
static_assert(is<hd::Task<>>(/*                          */ y, y, n, y));
static_assert(is<hd::Async<int>>(/*                      */ n, n, n, n));
static_assert(is<hd::Waker>(/*                           */ y, y, n, y));
static_assert(is<hd::Context>(/*                         */ n, n, n, n));
static_assert(is<hd::Poll<int>>(/*                       */ y, y, n, y));
static_assert(is<hd::Poll<Rc>>(/*                        */ n, n, n, y));
static_assert(is<hd::Ready<int>>(/*                      */ y, y, n, y));
static_assert(is<hd::future::ReadyFuture<int>>(/*        */ y, y, n, y));
static_assert(is<hd::future::ReadyFuture<Rc>>(/*         */ n, n, n, y));
static_assert(is<hd::future::PendingFuture<int>>(/*      */ y, y, n, y));
static_assert(is<hd::future::PollFn<hd::Poll<int> (*)(hd::Context&)>>(y, y, n, y));
static_assert(is<hd::FuturesUnordered<hd::Task<>>>(/*    */ y, y, n, y));
static_assert(is<hd::FuturesUnordered<hd::future::ReadyFuture<Rc>>>(n, n, n, y));
static_assert(is<hd::FuturesUnordered<hd::net::ReadFuture>>(y, n, n, n));
static_assert(is<hd::FuturesOrdered<hd::Task<int>>>(/*   */ y, y, n, y));
static_assert(is<hd::FuturesOrdered<hd::Task<Rc>>>(/*    */ n, n, n, y));
static_assert(is<hd::future::NextOf<hd::FuturesUnordered<hd::Task<>>>>(y, n, n, n));
static_assert(is<hd::PolledAfterCompletion>(/*           */ y, y, n, y));

// heddle: runtime and task
static_assert(is<hd::runtime::Runtime>(/*                */ y, y, n, y));
static_assert(is<hd::runtime::Handle>(/*                 */ y, y, n, y));
static_assert(is<hd::runtime::Builder>(/*                */ n, n, n, n));
static_assert(is<hd::runtime::EnterGuard>(/*             */ n, n, n, n));
static_assert(is<hd::runtime::NoRuntime>(/*              */ y, y, n, y));
static_assert(is<hd::runtime::RuntimeShutDown>(/*        */ y, y, n, y));
static_assert(is<hd::task::JoinHandle<int>>(/*           */ y, y, n, y));
static_assert(is<hd::task::JoinHandle<Rc>>(/*            */ n, n, n, y));
static_assert(is<hd::task::AbortHandle>(/*               */ y, y, n, y));
static_assert(is<hd::task::JoinError>(/*                 */ y, y, n, y));
static_assert(is<hd::task::Id>(/*                        */ y, y, n, y));
static_assert(is<hd::runtime::Metrics>(/*                */ y, y, n, y));
static_assert(is<hd::runtime::StallReport>(/*            */ y, y, n, y));
static_assert(is<hd::task::TaskMeta>(/*                  */ y, y, n, n));
static_assert(is<hd::task::Builder>(/*                   */ y, y, n, y));
static_assert(is<hd::task::JoinSet<int>>(/*              */ y, y, n, y));
static_assert(is<hd::task::JoinSet<void>>(/*             */ y, y, n, y));
static_assert(is<hd::task::JoinSet<Rc>>(/*               */ n, n, n, y));
static_assert(is<hd::task::Identified<int>>(/*           */ y, y, n, y));
static_assert(is<hd::future::NextOf<hd::task::JoinSet<int>>>(y, n, n, n));
static_assert(is<hd::task::JoinNextWithId<hd::task::JoinSet<int>>>(y, n, n, n));
static_assert(is<hd::task::Shutdown<hd::task::JoinSet<int>>>(y, n, n, n));
static_assert(is<hd::task::Shutdown<hd::task::JoinSet<Rc>>>(n, n, n, n));
static_assert(is<hd::task::JoinAll<hd::task::JoinSet<int>>>(y, y, n, y));
static_assert(is<hd::task::JoinAll<hd::task::JoinSet<Rc>>>(n, n, n, y));
static_assert(is<hd::task::JoinMap<int, int>>(/*         */ y, y, n, y));
static_assert(is<hd::task::JoinMap<int, Rc>>(/*          */ n, n, n, y));
static_assert(is<hd::task::JoinMap<Rc, int>>(/*          */ n, n, n, y));
static_assert(is<hd::task::Keyed<int, int>>(/*           */ y, y, n, y));
static_assert(is<hd::task::Keyed<int, Rc>>(/*            */ n, n, n, y));
static_assert(is<hd::task::TaskTracker>(/*               */ y, y, n, y));
static_assert(is<hd::task::TaskTrackerToken>(/*          */ y, y, n, y));
static_assert(is<hd::task::TaskTrackerWait>(/*           */ y, y, n, n));
static_assert(is<hd::task::TrackedFuture<hd::Task<>>>(/* */ y, y, n, y));
static_assert(is<hd::task::TrackedFuture<hd::future::ReadyFuture<Rc>>>(n, n, n, y));
static_assert(is<hd::task::YieldNow>(/*                  */ y, y, n, y));
static_assert(is<hd::runtime::LocalRuntime>(/*           */ n, n, n, y));
static_assert(is<hd::runtime::LocalRuntime::EnterGuard>(/**/ n, n, n, n));
static_assert(is<hd::runtime::NoLocalSet>(/*             */ y, y, n, y));
static_assert(is<hd::task::LocalSet>(/*                  */ n, n, n, y));
static_assert(is<hd::task::RunUntil<hd::Task<>>>(/*      */ n, n, n, n));
static_assert(is<hd::task::LocalEnterGuard>(/*           */ n, n, n, n));
static_assert(is<hd::task::Local<Rc>>(/*                 */ y, y, y, y));
static_assert(is<hd::task::LocalScope<int, hd::Task<>>>(/* */ y, y, n, y));
static_assert(is<hd::task::LocalScope<Rc, hd::Task<>>>(/*  */ n, n, n, y));
static_assert(is<hd::task::LocalScope<int, hd::Async<>>>(/**/ n, n, n, n));
static_assert(is<hd::task::LocalScope<int, hd::Task<>&>>(/**/ y, n, n, n));
static_assert(is<hd::task::AccessError>(/*               */ y, y, n, y));
static_assert(is<hd::task::Unconstrained<hd::Task<>>>(/* */ y, y, n, y));
static_assert(is<hd::task::Unconstrained<hd::Async<>>>(/**/ n, n, n, n));
static_assert(is<hd::task::ConsumeBudget>(/*             */ y, y, n, y));
static_assert(is<hd::task::HasBudgetRemaining>(/*        */ y, y, n, y));

// heddle: time, net, io
static_assert(is<hd::time::Instant>(/*                   */ y, y, n, y));
static_assert(is<hd::time::Sleep>(/*                     */ y, y, n, y));
static_assert(is<hd::Gen<int>>(/*                        */ y, y, n, y));
static_assert(is<hd::Gen<Rc>>(/*                         */ n, y, n, y));
static_assert(is<hd::stream::Next<hd::Gen<int>>>(/*      */ y, n, n, n));
static_assert(is<hd::stream::Iter<std::vector<int>>>(/*  */ y, n, n, y));
static_assert(is<hd::stream::Once<Rc>>(/*                */ n, n, n, y));
static_assert(is<hd::stream::Received<hd::mpsc::Receiver<int>>>(y, n, n, y));
static_assert(is<hd::stream::Numbered<int>>(/*           */ y, y, n, y));
static_assert(is<hd::time::DelayQueue<int>>(/*           */ y, y, n, y));
static_assert(is<hd::time::DelayQueue<Rc>>(/*            */ n, n, n, y));
static_assert(is<hd::time::Expired<int>>(/*              */ y, y, n, y));
static_assert(is<hd::time::Key>(/*                       */ y, y, n, y));
static_assert(is<hd::time::Interval>(/*                  */ y, y, n, y));
static_assert(is<hd::time::Tick>(/*                      */ y, n, n, n));
class NotSyncFd {
 public:
  int as_raw_fd() const { return fd_.get(); }

 private:
  hd::Cell<int> fd_{-1};
  HEDDLE_FIELDS(fd_);
};
static_assert(is<hd::net::IpAddr>(/*                     */ y, y, n, y));
static_assert(is<hd::net::SocketAddr>(/*                 */ y, y, n, y));
static_assert(is<hd::net::TcpStream>(/*                  */ y, y, n, y));
static_assert(is<hd::net::TcpListener>(/*                */ y, y, n, y));
static_assert(is<hd::net::Accepted>(/*                   */ y, y, n, y));
static_assert(is<hd::net::ReadFuture>(/*                 */ y, n, n, n));
static_assert(is<hd::net::WriteFuture>(/*                */ y, n, n, n));
static_assert(is<hd::net::WriteAllFuture>(/*             */ y, n, n, n));
static_assert(is<hd::net::ReadinessFuture>(/*            */ y, n, n, n));
static_assert(is<hd::net::AcceptFuture<hd::net::TcpListener>>(y, n, n, n));
static_assert(is<hd::net::AcceptFuture<hd::net::UnixListener>>(y, n, n, n));
static_assert(is<hd::net::TcpSocket>(/*                  */ y, y, n, y));
static_assert(is<hd::net::ReadHalf<hd::net::TcpStream>>(/*   */ y, y, n, n));
static_assert(is<hd::net::WriteHalf<hd::net::TcpStream>>(/*  */ y, y, n, n));
static_assert(is<hd::net::OwnedReadHalf<hd::net::TcpStream>>(/**/ y, y, n, y));
static_assert(is<hd::net::OwnedWriteHalf<hd::net::UnixStream>>(/**/ y, y, n, y));
static_assert(is<hd::net::UdpSocket>(/*                  */ y, y, n, y));
static_assert(is<hd::net::ReceivedFrom<hd::net::UnixAddr>>(/**/ y, y, n, y));
static_assert(is<hd::net::RecvFromFuture<hd::net::SocketAddr>>(y, n, n, n));
static_assert(is<hd::net::SendToFuture<hd::net::UnixAddr>>(/**/ y, n, n, n));
static_assert(is<hd::net::ReadyFuture>(/*                */ y, n, n, n));
static_assert(is<hd::net::Interest>(/*                   */ y, y, n, y));
static_assert(is<hd::net::ReadyState>(/*                 */ y, y, n, y));
static_assert(is<hd::net::UnixAddr>(/*                   */ y, y, n, y));
static_assert(is<hd::net::UnixListener>(/*               */ y, y, n, y));
static_assert(is<hd::net::UnixAccepted>(/*               */ y, y, n, y));
static_assert(is<hd::net::UnixStream>(/*                 */ y, y, n, y));
static_assert(is<hd::net::UnixStreamPair>(/*             */ y, y, n, y));
static_assert(is<hd::net::UCred>(/*                      */ y, y, n, y));
static_assert(is<hd::net::UnixDatagram>(/*               */ y, y, n, y));
static_assert(is<hd::net::UnixDatagramPair>(/*           */ y, y, n, y));
static_assert(is<hd::net::ReceivedFds>(/*                */ y, y, n, y));
static_assert(is<hd::net::SendFdsFuture>(/*              */ y, n, n, n));
static_assert(is<hd::net::RecvFdsFuture>(/*              */ y, n, n, n));
static_assert(is<hd::net::unix_pipe::Sender>(/*          */ y, y, n, y));
static_assert(is<hd::net::unix_pipe::Receiver>(/*        */ y, y, n, y));
static_assert(is<hd::net::unix_pipe::Pipe>(/*            */ y, y, n, y));
static_assert(is<hd::net::unix_pipe::OpenOptions>(/*     */ y, y, n, y));
static_assert(is<hd::net::AsyncFd<hd::io::OwnedFd>>(/*   */ y, y, n, y));
static_assert(is<hd::net::AsyncFd<NotSyncFd>>(/*         */ y, n, n, y));
static_assert(is<hd::net::ReadyGuard<hd::io::OwnedFd>>(/**/ y, y, n, n));
static_assert(is<hd::net::ReadyGuardFuture<hd::io::OwnedFd>>(y, n, n, n));
static_assert(is<hd::net::ReadyGuardFuture<NotSyncFd>>(/**/ n, n, n, n));
static_assert(is<hd::net::AsyncFdError<hd::io::OwnedFd>>(/**/ y, y, n, y));
static_assert(is<hd::process::Command>(/*                */ y, y, n, y));
static_assert(is<hd::process::Stdio>(/*                  */ y, y, n, y));
static_assert(is<hd::process::Child>(/*                  */ y, y, n, y));
static_assert(is<hd::process::ExitStatus>(/*             */ y, y, n, y));
static_assert(is<hd::process::Output>(/*                 */ y, y, n, y));
static_assert(is<hd::process::Wait>(/*                   */ y, n, n, n));
static_assert(is<hd::io::OwnedFd>(/*                     */ y, y, n, y));
static_assert(is<hd::io::Error>(/*                       */ y, y, n, y));
static_assert(is<hd::io::Result<int>>(/*                 */ y, y, n, y));
static_assert(is<hd::io::DuplexStream>(/*                */ y, y, n, y));
static_assert(is<hd::io::SimplexReader>(/*               */ y, y, n, y));
static_assert(is<hd::io::SimplexWriter>(/*               */ y, y, n, y));
static_assert(is<hd::io::BufReader<hd::net::TcpStream>>(/*   */ y, n, n, y));
static_assert(is<hd::io::BufReader<hd::net::TcpStream&>>(/*  */ y, n, n, n));
static_assert(is<hd::io::BufWriter<hd::net::TcpStream>>(/*   */ y, y, n, y));
static_assert(is<hd::io::BufStream<hd::net::TcpStream>>(/*   */ y, n, n, y));
static_assert(is<hd::io::Cursor<std::string>>(/*         */ y, y, n, y));
static_assert(is<hd::io::Cursor<std::string_view>>(/*    */ y, y, n, n));
static_assert(is<hd::io::Lines<hd::io::Cursor<std::string>>>(y, y, n, y));
static_assert(is<hd::io::Split<hd::io::Cursor<std::string>>>(y, y, n, y));
static_assert(is<hd::io::Take<hd::io::Repeat>>(/*        */ y, y, n, y));
static_assert(is<hd::io::Chain<hd::io::Empty, hd::io::Repeat>>(y, y, n, y));
static_assert(is<hd::io::Join<hd::io::Empty, hd::io::Sink>>(y, y, n, y));
static_assert(is<hd::io::ReadHalf<hd::net::TcpStream>>(/**/ y, y, n, y));
static_assert(is<hd::io::WriteHalf<hd::net::TcpStream>>(/*   */ y, y, n, y));
static_assert(is<hd::io::Read<hd::io::DuplexStream>>(/*  */ y, n, n, n));
static_assert(is<hd::io::ReadToEnd<hd::io::DuplexStream>>(/* */ y, n, n, n));
static_assert(is<hd::io::WriteAll<hd::io::DuplexStream>>(/*  */ y, n, n, n));
static_assert(is<hd::io::Copy<hd::io::DuplexStream, hd::io::Sink>>(y, n, n, n));
static_assert(is<hd::io::Buffer>(/*                      */ y, y, n, y));
static_assert(is<hd::io::BytesCodec>(/*                  */ y, y, n, y));
static_assert(is<hd::io::LinesCodec>(/*                  */ y, y, n, y));
static_assert(is<hd::io::AnyDelimiterCodec>(/*           */ y, y, n, y));
static_assert(is<hd::io::LengthDelimitedCodec>(/*        */ y, y, n, y));
static_assert(is<hd::io::LengthDelimitedCodec::Builder>(y, y, n, y));
static_assert(is<Lined<hd::net::TcpStream>>(/*           */ y, y, n, y));
static_assert(is<Lined<hd::net::TcpStream&>>(/*          */ y, n, n, n));
static_assert(is<hd::io::FramedRead<hd::io::Empty, hd::io::LinesCodec>>(y, y, n, y));
static_assert(is<hd::io::FramedWrite<hd::io::Sink, hd::io::LinesCodec>>(y, y, n, y));
static_assert(is<hd::io::FramedParts<hd::io::Empty, hd::io::LinesCodec>>(y, y, n, y));
static_assert(is<hd::io::SendFrame<Lined<hd::net::TcpStream>, std::string, true>>(y, n, n, n));
static_assert(is<hd::io::SendFrame<Lined<hd::net::TcpStream>, std::string&, false>>(y, n, n, n));
static_assert(is<hd::io::FlushFrames<Lined<hd::net::TcpStream>>>(y, n, n, n));
static_assert(is<hd::io::CloseFrames<Lined<hd::net::TcpStream>>>(y, n, n, n));
static_assert(is<hd::io::SeekFrom>(/*                    */ y, y, n, y));
static_assert(is<hd::io::CopiedBoth>(/*                  */ y, y, n, y));

// heddle: marker
static_assert(is<hd::NotSend>(/*                         */ n, y, n, y));
static_assert(is<hd::NotSync>(/*                         */ y, n, n, y));
static_assert(is<hd::AssumeSend<int*>>(/*                */ y, n, n, y));

// The standard library: values.
static_assert(is<std::array<int, 1000>>(/*               */ y, y, n, y));
static_assert(is<std::array<int*, 2>>(/*                 */ n, n, n, n));
static_assert(is<std::pair<int, std::string>>(/*         */ y, y, n, y));
static_assert(is<std::tuple<int, Rc>>(/*                 */ n, n, n, y));
static_assert(is<std::optional<std::string>>(/*          */ y, y, n, y));
static_assert(is<std::variant<int, std::string>>(/*      */ y, y, n, y));
static_assert(is<std::expected<int, std::string>>(/*     */ y, y, n, y));
static_assert(is<std::complex<double>>(/*                */ y, y, n, y));
static_assert(is<std::deque<int>>(/*                     */ y, y, n, y));
static_assert(is<std::list<std::string>>(/*              */ y, y, n, y));
static_assert(is<std::forward_list<int>>(/*              */ y, y, n, y));
static_assert(is<std::map<int, std::string>>(/*          */ y, y, n, y));
static_assert(is<std::map<int, Rc>>(/*                   */ n, n, n, y));
static_assert(is<std::multimap<int, int>>(/*             */ y, y, n, y));
static_assert(is<std::set<int>>(/*                       */ y, y, n, y));
static_assert(is<std::set<int, bool (*)(int, int)>>(/*   */ y, y, n, y));
static_assert(is<std::unordered_map<int, std::string>>(/**/ y, y, n, y));
static_assert(is<std::unordered_set<std::string>>(/*     */ y, y, n, y));
static_assert(is<std::queue<int>>(/*                     */ y, y, n, y));
static_assert(is<std::stack<int>>(/*                     */ y, y, n, y));
static_assert(is<std::priority_queue<int>>(/*            */ y, y, n, y));
static_assert(is<std::valarray<double>>(/*               */ y, y, n, y));
static_assert(is<std::bitset<100>>(/*                    */ y, y, n, y));
static_assert(is<std::chrono::milliseconds>(/*           */ y, y, n, y));
static_assert(is<std::chrono::steady_clock::time_point>(/**/ y, y, n, y));
static_assert(is<std::filesystem::path>(/*               */ y, y, n, y));
static_assert(is<std::error_code>(/*                     */ y, y, n, y));
static_assert(is<std::exception_ptr>(/*                  */ y, y, n, y));
static_assert(is<std::source_location>(/*                */ y, y, n, y));
static_assert(is<std::mt19937>(/*                        */ y, y, n, y));
static_assert(is<std::future<int>>(/*                    */ y, y, n, y));
static_assert(is<std::promise<Rc>>(/*                    */ n, n, n, y));
static_assert(is<std::thread>(/*                         */ y, y, n, y));
static_assert(is<std::thread::id>(/*                     */ y, y, n, y));
static_assert(is<std::stop_token>(/*                     */ y, y, n, y));
static_assert(is<std::runtime_error>(/*                  */ y, y, n, y));

// The standard library: what synchronises, points, views or hides.
static_assert(is<std::atomic<int>>(/*                    */ y, y, y, y));
static_assert(is<std::atomic<int*>>(/*                   */ n, n, n, n));
static_assert(is<std::atomic_flag>(/*                    */ y, y, y, y));
static_assert(is<std::mutex>(/*                          */ y, y, y, y));
static_assert(is<std::shared_mutex>(/*                   */ y, y, y, y));
static_assert(is<std::condition_variable>(/*             */ y, y, y, y));
static_assert(is<std::counting_semaphore<>>(/*           */ y, y, y, y));
static_assert(is<std::once_flag>(/*                      */ y, y, y, y));
static_assert(is<std::unique_lock<std::mutex>>(/*        */ n, n, n, n));
static_assert(is<std::unique_ptr<int>>(/*                */ y, n, n, y));
static_assert(is<std::unique_ptr<const int>>(/*          */ y, y, n, y));
static_assert(is<std::unique_ptr<int[]>>(/*              */ y, n, n, y));
static_assert(is<std::unique_ptr<std::atomic<int>>>(/*   */ y, y, n, y));
static_assert(is<std::unique_ptr<Rc>>(/*                 */ n, n, n, y));
static_assert(is<std::unique_ptr<int, std::function<void(int*)>>>(n, n, n, n));
static_assert(is<std::shared_ptr<int>>(/*                */ n, n, n, y));
static_assert(is<std::shared_ptr<const int>>(/*          */ n, n, n, y));
static_assert(is<std::shared_ptr<std::atomic<int>>>(/*   */ y, y, n, y));
static_assert(is<std::weak_ptr<int>>(/*                  */ n, n, n, y));
static_assert(is<std::string_view>(/*                    */ y, y, n, n));
static_assert(is<std::span<int>>(/*                      */ y, n, n, n));
static_assert(is<std::span<const int>>(/*                */ y, y, n, n));
static_assert(is<std::span<Rc>>(/*                       */ n, n, n, n));
static_assert(is<std::reference_wrapper<int>>(/*         */ y, n, n, n));
static_assert(is<std::reference_wrapper<const int>>(/*   */ y, y, n, n));
static_assert(is<std::initializer_list<int>>(/*          */ y, y, n, n));
static_assert(is<std::function<void()>>(/*               */ n, n, n, n));
static_assert(is<std::any>(/*                            */ n, n, n, n));
static_assert(is<std::coroutine_handle<>>(/*             */ n, n, n, n));
static_assert(is<std::pmr::vector<int>>(/*               */ n, n, n, n));

// Channels: an end may cross if the message may.
static_assert(is<hd::mpsc::Sender<int>>(/*               */ y, y, n, y));
static_assert(is<hd::mpsc::Sender<Rc>>(/*                */ n, n, n, y));
static_assert(is<hd::mpsc::Receiver<int>>(/*             */ y, n, n, y));
static_assert(is<hd::mpsc::Receiver<Rc>>(/*              */ n, n, n, y));
static_assert(is<hd::mpsc::WeakSender<int>>(/*           */ y, y, n, y));
static_assert(is<hd::mpmc::Receiver<int>>(/*             */ y, y, n, y));
static_assert(is<hd::mpmc::Receiver<Rc>>(/*              */ n, n, n, y));
static_assert(is<hd::mpsc::Channel<int>>(/*              */ n, n, n, n));
static_assert(is<hd::channel::Permit<int>>(/*            */ y, y, n, y));
static_assert(is<hd::channel::Permits<Rc>>(/*            */ n, n, n, y));
static_assert(is<hd::channel::RecvFuture<int>>(/*        */ y, n, n, n));
static_assert(is<hd::channel::SendFuture<int>>(/*        */ y, n, n, n));
static_assert(is<hd::channel::SendFuture<Rc>>(/*         */ n, n, n, n));
static_assert(is<hd::channel::SendError<int>>(/*         */ y, y, n, y));
static_assert(is<hd::channel::SendError<Rc>>(/*          */ n, n, n, y));
static_assert(is<hd::oneshot::Sender<int>>(/*            */ y, y, n, y));
static_assert(is<hd::oneshot::Sender<Rc>>(/*             */ n, n, n, y));
static_assert(is<hd::oneshot::Receiver<int>>(/*          */ y, y, n, y));
static_assert(is<hd::oneshot::Receiver<Rc>>(/*           */ n, n, n, y));
static_assert(is<hd::broadcast::Sender<int>>(/*          */ y, y, n, y));
static_assert(is<hd::broadcast::Sender<Rc>>(/*           */ n, n, n, y));
static_assert(is<hd::broadcast::Receiver<int>>(/*        */ y, y, n, y));
static_assert(is<hd::watch::Sender<int>>(/*              */ y, y, n, y));
static_assert(is<hd::watch::Sender<hd::sync::Cell<int>>>(n, n, n, y));
static_assert(is<hd::watch::Receiver<int>>(/*            */ y, y, n, y));
static_assert(is<hd::watch::Ref<int>>(/*                 */ n, y, n, n));

// Locks that tasks wait for; their guards move with the task.
static_assert(is<hd::async::Semaphore>(/*                */ y, y, y, y));
static_assert(is<hd::async::Mutex<int>>(/*               */ y, y, n, y));
static_assert(is<hd::async::Mutex<Rc>>(/*                */ n, n, n, y));
static_assert(is<hd::async::MutexGuard<int>>(/*          */ y, y, n, n));
static_assert(is<hd::async::RwLock<int>>(/*              */ y, y, n, y));
static_assert(is<hd::async::RwLock<hd::sync::Cell<int>>>(y, n, n, y));
static_assert(is<hd::async::RwLockReadGuard<int>>(/*     */ y, y, n, n));
static_assert(is<hd::async::RwLockWriteGuard<int>>(/*    */ y, y, n, n));
static_assert(is<hd::async::Notify>(/*                   */ y, y, y, y));
static_assert(is<hd::async::Notified>(/*                 */ y, y, n, n));
static_assert(is<hd::async::Barrier>(/*                  */ y, y, y, y));
static_assert(is<hd::async::OnceCell<int>>(/*            */ y, y, n, y));
static_assert(is<hd::async::OnceCell<Rc>>(/*             */ n, n, n, y));
static_assert(is<hd::async::SetOnce<int>>(/*             */ y, y, n, y));
static_assert(is<hd::async::CancellationToken>(/*        */ y, y, y, y));
static_assert(is<hd::async::Cancelled>(/*                */ y, y, n, n));
static_assert(is<hd::async::CancellationDropGuard>(/*    */ y, y, n, y));
static_assert(is<hd::time::Elapsed>(/*                   */ y, y, n, y));

// Files.
static_assert(is<hd::fs::FileType>(/*                    */ y, y, n, y));
static_assert(is<hd::fs::Permissions>(/*                 */ y, y, n, y));
static_assert(is<hd::fs::Metadata>(/*                    */ y, y, n, y));
static_assert(is<hd::fs::DirBuilder>(/*                  */ y, y, n, y));
static_assert(is<hd::fs::DirEntry>(/*                    */ y, y, n, y));
static_assert(is<hd::fs::ReadDir>(/*                     */ y, y, n, y));
static_assert(is<hd::fs::NextEntry>(/*                   */ y, n, n, n));

// Signals.
static_assert(is<hd::signal::SignalKind>(/*              */ y, y, n, y));
static_assert(is<hd::signal::Signal>(/*                  */ y, y, n, y));
static_assert(is<hd::signal::RecvSignal>(/*              */ y, n, n, n));
static_assert(is<hd::signal::CtrlC>(/*                   */ y, y, n, y));

TEST(SendSyncTable, is_checked_at_compile_time) {}

}  // namespace
