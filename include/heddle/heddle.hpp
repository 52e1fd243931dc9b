// SPDX-License-Identifier: MIT
// All of heddle. Namespace `heddle` holds the words that every program uses; the rest stands in its room's namespace.
//
//   marker    Send, Sync, SyncMut, Owned
//   sync      Arc, Weak, Rc, Cell, RefCell, Mutex, RwLock, Condvar, Once, OnceLock, LazyLock, Barrier
//   thread    spawn, Builder, JoinHandle, scope; current, park, sleep, yield_now, LocalKey, available_parallelism
//   future    Poll, Waker, Context, Future, ready, pending, poll_fn, Async, Task, ok, block_on;
//             select, race, join, try_join, join_all; FuturesUnordered, FuturesOrdered; Stream, next, Gen, elements_of
//   stream    iter, once, …; stream | map(f) | take(3) …; collect, for_each, …; of(rx), throttle, timeout …
//   channel   mpsc and mpmc: channel, sync_channel; oneshot, broadcast, watch; channel::select for threads
//   async     Mutex, RwLock, Semaphore, Notify, Barrier, OnceCell, SetOnce, CancellationToken
//   runtime   Runtime, Builder, Handle, main; task::spawn, spawn_blocking, Builder, JoinHandle, yield_now;
//             task::JoinSet, JoinMap, TaskTracker; LocalSet, spawn_local, LocalRuntime;
//             task::Local, unconstrained, consume_budget, has_budget_remaining
//   time      Instant, sleep, sleep_until, timeout, timeout_at, interval, interval_at, DelayQueue; pause, advance, resume
//   signal    ctrl_c, signal, SignalKind, Signal
//   net       IpAddr, SocketAddr, lookup_host; TcpListener, TcpStream, TcpSocket, UdpSocket; UnixAddr, UnixListener,
//             UnixStream, UnixDatagram; unix_pipe::{pipe, Sender, Receiver, OpenOptions}; AsyncFd, Interest
//   process   Command, Stdio, Child, ExitStatus, Output
//   fs        read, write, copy, rename, metadata, create_dir…, remove_…, read_dir and the other operations on paths
//   io        Error, ErrorKind, Result, OwnedFd; AsyncRead, AsyncWrite, AsyncBufRead, AsyncSeek; read…, write…, seek,
//             copy…, lines, split, BufReader, BufWriter, BufStream, Cursor, duplex, simplex, chain, take, join, empty,
//             repeat, sink
#pragma once

#include <heddle/async/barrier.hpp>
#include <heddle/async/cancellation_token.hpp>
#include <heddle/async/mutex.hpp>
#include <heddle/async/notify.hpp>
#include <heddle/async/once_cell.hpp>
#include <heddle/async/rwlock.hpp>
#include <heddle/async/semaphore.hpp>
#include <heddle/async/set_once.hpp>
#include <heddle/channel/broadcast.hpp>
#include <heddle/channel/mpmc.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/channel/oneshot.hpp>
#include <heddle/channel/select.hpp>
#include <heddle/channel/stream.hpp>
#include <heddle/channel/watch.hpp>
#include <heddle/fs/fs.hpp>
#include <heddle/fs/metadata.hpp>
#include <heddle/fs/read_dir.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/futures_ordered.hpp>
#include <heddle/future/futures_unordered.hpp>
#include <heddle/future/gen.hpp>
#include <heddle/future/join.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/future/ok.hpp>
#include <heddle/future/on.hpp>
#include <heddle/future/select.hpp>
#include <heddle/future/stream.hpp>
#include <heddle/future/stream_adapter.hpp>
#include <heddle/future/stream_consumer.hpp>
#include <heddle/future/stream_source.hpp>
#include <heddle/future/stream_step.hpp>
#include <heddle/future/task.hpp>
#include <heddle/io/buf_read.hpp>
#include <heddle/io/buf_reader.hpp>
#include <heddle/io/buf_writer.hpp>
#include <heddle/io/buffer.hpp>
#include <heddle/io/bytes_codec.hpp>
#include <heddle/io/chain.hpp>
#include <heddle/io/codec.hpp>
#include <heddle/io/concepts.hpp>
#include <heddle/io/copy.hpp>
#include <heddle/io/cursor.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/empty.hpp>
#include <heddle/io/error.hpp>
#include <heddle/io/framed.hpp>
#include <heddle/io/join.hpp>
#include <heddle/io/length_delimited_codec.hpp>
#include <heddle/io/lines_codec.hpp>
#include <heddle/io/owned_fd.hpp>
#include <heddle/io/read.hpp>
#include <heddle/io/write.hpp>
#include <heddle/marker/send.hpp>
#include <heddle/net/async_fd.hpp>
#include <heddle/net/halves.hpp>
#include <heddle/net/interest.hpp>
#include <heddle/net/lookup_host.hpp>
#include <heddle/net/socket_addr.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_socket.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/net/udp_socket.hpp>
#include <heddle/net/unix_addr.hpp>
#include <heddle/net/unix_datagram.hpp>
#include <heddle/net/unix_listener.hpp>
#include <heddle/net/unix_pipe.hpp>
#include <heddle/net/unix_stream.hpp>
#include <heddle/process/command.hpp>
#include <heddle/runtime/block_in_place.hpp>
#include <heddle/runtime/coop.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/join_handle.hpp>
#include <heddle/runtime/join_map.hpp>
#include <heddle/runtime/join_set.hpp>
#include <heddle/runtime/local_runtime.hpp>
#include <heddle/runtime/local_set.hpp>
#include <heddle/runtime/main.hpp>
#include <heddle/runtime/metrics.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/runtime/stall_report.hpp>
#include <heddle/runtime/spawn_blocking.hpp>
#include <heddle/runtime/task_builder.hpp>
#include <heddle/runtime/task_local.hpp>
#include <heddle/runtime/task_meta.hpp>
#include <heddle/runtime/task_tracker.hpp>
#include <heddle/signal/signal.hpp>
#include <heddle/sync/arc.hpp>
#include <heddle/sync/barrier.hpp>
#include <heddle/sync/cell.hpp>
#include <heddle/sync/condvar.hpp>
#include <heddle/sync/lazy_lock.hpp>
#include <heddle/sync/mutex.hpp>
#include <heddle/sync/once.hpp>
#include <heddle/sync/once_lock.hpp>
#include <heddle/sync/poison.hpp>
#include <heddle/sync/rc.hpp>
#include <heddle/sync/ref_cell.hpp>
#include <heddle/sync/rw_lock.hpp>
#include <heddle/thread/borrow.hpp>
#include <heddle/thread/join_error.hpp>
#include <heddle/thread/join_handle.hpp>
#include <heddle/thread/local_key.hpp>
#include <heddle/thread/park.hpp>
#include <heddle/thread/scope.hpp>
#include <heddle/thread/spawn.hpp>
#include <heddle/thread/thread.hpp>
#include <heddle/time/delay_queue.hpp>
#include <heddle/time/instant.hpp>
#include <heddle/time/interval.hpp>
#include <heddle/time/pause.hpp>
#include <heddle/time/sleep.hpp>
#include <heddle/time/stream.hpp>
#include <heddle/time/timeout.hpp>
