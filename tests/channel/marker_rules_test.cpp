// SPDX-License-Identifier: MIT
// What of a channel may cross and be shared between threads: the types of mpsc and mpmc, and their futures.
#include <heddle/channel/mpmc.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/marker/send.hpp>
#include <heddle/sync/arc.hpp>
#include <heddle/sync/cell.hpp>
#include <heddle/sync/rc.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

namespace hd = heddle;
namespace channel = heddle::channel;

template <class T>
constexpr bool is(bool send, bool sync, bool owned) {
  return hd::Send<T> == send && hd::Sync<T> == sync && hd::Owned<T> == owned;
}

using Rc = hd::Rc<int>;
// Send, not Sync.
using Cell = hd::Cell<int>;

static_assert(is<hd::mpsc::Sender<int>>(true, true, true));
static_assert(is<hd::mpsc::Sender<Cell>>(true, true, true));
static_assert(is<hd::mpsc::Sender<Rc>>(false, false, true));
static_assert(is<hd::mpsc::Sender<int*>>(false, false, false));
static_assert(is<hd::mpsc::WeakSender<std::string>>(true, true, true));
static_assert(is<hd::mpsc::WeakSender<Rc>>(false, false, true));

static_assert(is<hd::mpsc::Receiver<int>>(true, false, true));
static_assert(is<hd::mpsc::Receiver<Rc>>(false, false, true));
static_assert(is<hd::mpmc::Receiver<int>>(true, true, true));
static_assert(is<hd::mpmc::Receiver<Cell>>(true, true, true));
static_assert(is<hd::mpmc::Receiver<Rc>>(false, false, true));

static_assert(is<hd::mpsc::Permit<int>>(true, true, true));
static_assert(is<hd::mpsc::Permit<Rc>>(false, false, true));
static_assert(is<hd::mpsc::Permits<int>>(true, true, true));

static_assert(is<hd::mpsc::SendError<int>>(true, true, true));
static_assert(is<hd::mpsc::SendError<Rc>>(false, false, true));
static_assert(is<hd::mpsc::TrySendError<Cell>>(true, false, true));
static_assert(is<hd::mpsc::SendTimeoutError<std::string>>(true, true, true));
static_assert(is<hd::mpsc::TryRecvError>(true, true, true));

// Futures borrow an end of the channel.
static_assert(is<channel::SendFuture<int>>(true, false, false));
static_assert(is<channel::SendFuture<Rc>>(false, false, false));
static_assert(is<channel::SendCopyFuture<int>>(true, false, false));
static_assert(is<channel::ClosedFuture<int>>(true, false, false));
static_assert(is<channel::RecvFuture<int>>(true, false, false));
static_assert(is<channel::RecvFuture<Rc>>(false, false, false));
static_assert(is<channel::RecvManyFuture<int>>(true, false, false));
static_assert(is<channel::ReserveFuture<int, hd::mpsc::Permit<int>>>(true, false, false));

static_assert(hd::Send<hd::Arc<hd::mpsc::Sender<int>>>);
static_assert(hd::Send<hd::Arc<hd::mpmc::Receiver<int>>>);
static_assert(!hd::Send<hd::Arc<hd::mpsc::Receiver<int>>>);

TEST(ChannelMarkers, a_channel_of_what_may_not_cross_can_be_used_by_one_thread) {
  auto [tx, rx] = hd::mpsc::channel<Rc>();
  ASSERT_TRUE(tx.send(Rc::make(5)).has_value());
  EXPECT_EQ(**rx.recv(), 5);
}

}  // namespace
