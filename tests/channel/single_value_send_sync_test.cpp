// SPDX-License-Identifier: MIT
// Which ends of oneshot, broadcast and watch may cross threads: the rows of Tokio's async_send_sync.rs.
#include <heddle/channel/broadcast.hpp>
#include <heddle/channel/oneshot.hpp>
#include <heddle/channel/watch.hpp>
#include <heddle/sync/cell.hpp>
#include <heddle/sync/rc.hpp>

namespace {

namespace hd = heddle;

using NN = hd::Rc<int>;    // neither
using YN = hd::Cell<int>;  // Send, not Sync
using YY = int;            // both

template <class T>
constexpr bool both = hd::Send<T> && hd::Sync<T>;
template <class T>
constexpr bool neither = !hd::Send<T> && !hd::Sync<T>;

static_assert(neither<hd::oneshot::Sender<NN>> && both<hd::oneshot::Sender<YN>> && both<hd::oneshot::Sender<YY>>);
static_assert(neither<hd::oneshot::Receiver<NN>> && both<hd::oneshot::Receiver<YN>> && both<hd::oneshot::Receiver<YY>>);

static_assert(neither<hd::broadcast::Sender<NN>> && both<hd::broadcast::Sender<YN>> && both<hd::broadcast::Sender<YY>>);
static_assert(neither<hd::broadcast::WeakSender<NN>> && both<hd::broadcast::WeakSender<YN>>);
static_assert(neither<hd::broadcast::Receiver<NN>> && both<hd::broadcast::Receiver<YN>> &&
              both<hd::broadcast::Receiver<YY>>);

static_assert(neither<hd::watch::Sender<NN>> && neither<hd::watch::Sender<YN>> && both<hd::watch::Sender<YY>>);
static_assert(neither<hd::watch::Receiver<NN>> && neither<hd::watch::Receiver<YN>> && both<hd::watch::Receiver<YY>>);
static_assert(!hd::Send<hd::watch::Ref<YY>> && hd::Sync<hd::watch::Ref<YY>> && !hd::Sync<hd::watch::Ref<YN>>);

// Errors are what they carry.
static_assert(both<hd::oneshot::RecvError> && both<hd::broadcast::RecvError> && both<hd::broadcast::TryRecvError> &&
              both<hd::watch::RecvError>);
static_assert(neither<hd::broadcast::SendError<NN>> && hd::Send<hd::broadcast::SendError<YN>> &&
              !hd::Sync<hd::broadcast::SendError<YN>>);
static_assert(neither<hd::watch::SendError<NN>> && both<hd::watch::SendError<YY>>);

static_assert(hd::Owned<hd::oneshot::Sender<int>> && hd::Owned<hd::broadcast::Receiver<int>> &&
              hd::Owned<hd::watch::Receiver<int>> && !hd::Owned<hd::watch::Ref<int>>);

}  // namespace
