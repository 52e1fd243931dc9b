// SPDX-License-Identifier: MIT
// All of heddle. Namespace `heddle` holds the words that every program uses; the rest stands in its room's namespace.
//
//   future    Poll, Waker, Context, Future, ready, pending, poll_fn, Async, Task, ok, block_on
//   channels  mpsc and mpmc: channel, sync_channel, Sender, Receiver; select over channels for threads
//   runtime   Runtime, Builder, Handle, main; task::spawn, JoinHandle, yield_now
//   time      Instant, sleep, sleep_until; pause, advance, resume
//   net       IpAddr, SocketAddr, TcpListener, TcpStream
//   io        Error, ErrorKind, Result
#pragma once

#include <heddle/channel/mpmc.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/channel/select.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/ok.hpp>
#include <heddle/future/task.hpp>
#include <heddle/io/error.hpp>
#include <heddle/net/socket_addr.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/join_handle.hpp>
#include <heddle/runtime/main.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/time/instant.hpp>
#include <heddle/time/pause.hpp>
#include <heddle/time/sleep.hpp>
