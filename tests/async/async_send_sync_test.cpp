// SPDX-License-Identifier: MIT
// Which of the async locks may cross threads: the rows of Tokio's async_send_sync.rs.
#include <heddle/async/barrier.hpp>
#include <heddle/async/cancellation_token.hpp>
#include <heddle/async/mutex.hpp>
#include <heddle/async/notify.hpp>
#include <heddle/async/once_cell.hpp>
#include <heddle/async/rwlock.hpp>
#include <heddle/async/semaphore.hpp>
#include <heddle/async/set_once.hpp>
#include <heddle/sync/cell.hpp>
#include <heddle/sync/rc.hpp>

namespace {

namespace hd = heddle;
using namespace heddle::async;

using NN = hd::Rc<int>;    // neither
using YN = hd::Cell<int>;  // Send, not Sync
using YY = int;            // both

enum Expected { kNo, kSend, kBoth };

template <class T>
constexpr bool is(Expected expected) {
  return hd::Send<T> == (expected != kNo) && hd::Sync<T> == (expected == kBoth);
}

static_assert(is<AcquireError>(kBoth) && is<TryAcquireError>(kBoth) && is<TryLockError>(kBoth));
static_assert(is<Barrier>(kBoth) && is<BarrierWait>(kBoth) && is<BarrierWaitResult>(kBoth));
static_assert(is<Notify>(kBoth) && is<Notified>(kBoth) && is<OwnedNotified>(kBoth));
static_assert(is<Semaphore>(kBoth) && is<SemaphorePermit>(kBoth) && is<OwnedSemaphorePermit>(kBoth));
static_assert(is<CancellationToken>(kBoth) && is<CancellationDropGuard>(kBoth) && is<CancelledOwned>(kBoth));

static_assert(is<Mutex<NN>>(kNo) && is<Mutex<YN>>(kBoth) && is<Mutex<YY>>(kBoth));
static_assert(is<MutexGuard<NN>>(kNo) && is<MutexGuard<YN>>(kSend) && is<MutexGuard<YY>>(kBoth));
static_assert(is<OwnedMutexGuard<NN>>(kNo) && is<OwnedMutexGuard<YN>>(kSend) && is<OwnedMutexGuard<YY>>(kBoth));
static_assert(is<OwnedMutexGuard<NN, NN>>(kNo) && is<OwnedMutexGuard<NN, YN>>(kNo) && is<OwnedMutexGuard<NN, YY>>(kNo));
static_assert(is<OwnedMutexGuard<YN, NN>>(kNo) && is<OwnedMutexGuard<YN, YN>>(kSend) &&
              is<OwnedMutexGuard<YN, YY>>(kSend));
static_assert(is<OwnedMutexGuard<YY, NN>>(kNo) && is<OwnedMutexGuard<YY, YN>>(kSend) &&
              is<OwnedMutexGuard<YY, YY>>(kBoth));

static_assert(is<RwLock<NN>>(kNo) && is<RwLock<YN>>(kSend) && is<RwLock<YY>>(kBoth));
static_assert(is<RwLockReadGuard<const NN>>(kNo) && is<RwLockReadGuard<const YN>>(kNo) &&
              is<RwLockReadGuard<const YY>>(kBoth));
static_assert(is<RwLockWriteGuard<NN>>(kNo) && is<RwLockWriteGuard<YN>>(kNo) && is<RwLockWriteGuard<YY>>(kBoth));
static_assert(is<RwLockMappedWriteGuard<NN>>(kNo) && is<RwLockMappedWriteGuard<YN>>(kNo) &&
              is<RwLockMappedWriteGuard<YY>>(kBoth));
static_assert(is<OwnedRwLockReadGuard<NN>>(kNo) && is<OwnedRwLockReadGuard<YN>>(kNo) &&
              is<OwnedRwLockReadGuard<YY>>(kBoth));
static_assert(is<OwnedRwLockWriteGuard<NN>>(kNo) && is<OwnedRwLockWriteGuard<YN>>(kNo) &&
              is<OwnedRwLockWriteGuard<YY>>(kBoth));
static_assert(is<OwnedRwLockMappedWriteGuard<NN>>(kNo) && is<OwnedRwLockMappedWriteGuard<YN>>(kNo) &&
              is<OwnedRwLockMappedWriteGuard<YY>>(kBoth));

static_assert(is<OnceCell<NN>>(kNo) && is<OnceCell<YN>>(kSend) && is<OnceCell<YY>>(kBoth));
static_assert(is<SetOnce<NN>>(kNo) && is<SetOnce<YN>>(kSend) && is<SetOnce<YY>>(kBoth));

template <class T>
using LockOf = decltype(std::declval<const Mutex<T>&>().lock());
static_assert(!hd::Send<LockOf<NN>> && hd::Send<LockOf<YN>> && hd::Send<LockOf<YY>>);
static_assert(hd::Send<decltype(std::declval<const Semaphore&>().acquire())>);

// What borrows its lock is not Owned, what keeps it alive is.
static_assert(hd::Owned<Mutex<int>> && !hd::Owned<MutexGuard<int>> && hd::Owned<OwnedMutexGuard<int>>);
static_assert(hd::Owned<Semaphore> && !hd::Owned<SemaphorePermit> && hd::Owned<OwnedSemaphorePermit>);
static_assert(!hd::Owned<Notified> && hd::Owned<OwnedNotified>);
static_assert(hd::Owned<hd::Arc<Mutex<int>>> && hd::Send<hd::Arc<Mutex<YN>>>);

}  // namespace
