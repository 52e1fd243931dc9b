// SPDX-License-Identifier: MIT
// What of sync/ may cross and be shared between threads: DESIGN's table for the room.
#include <heddle/marker/send.hpp>
#include <heddle/sync/arc.hpp>
#include <heddle/sync/barrier.hpp>
#include <heddle/sync/cell.hpp>
#include <heddle/sync/condvar.hpp>
#include <heddle/sync/lazy_lock.hpp>
#include <heddle/sync/mutex.hpp>
#include <heddle/sync/once_lock.hpp>
#include <heddle/sync/rc.hpp>
#include <heddle/sync/ref_cell.hpp>
#include <heddle/sync/rw_lock.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

namespace hd = heddle;

template <class T>
struct Has {
  bool send = hd::Send<T>;
  bool sync = hd::Sync<T>;
  bool owned = hd::Owned<T>;
  bool operator==(const Has&) const = default;
};

template <class T>
constexpr bool is(bool send, bool sync, bool owned) {
  return Has<T>() == Has<T>{send, sync, owned};
}

using Rc = hd::Rc<int>;
using Cell = hd::Cell<int>;
// Send and Owned, but not Sync.
static_assert(is<Cell>(true, false, true));
// Neither.
static_assert(is<Rc>(false, false, true));
static_assert(is<hd::RcWeak<int>>(false, false, true));
static_assert(is<hd::RefCell<int>>(true, false, true));
static_assert(is<hd::RefCell<Rc>>(false, false, true));

static_assert(is<hd::Arc<int>>(true, true, true));
static_assert(is<hd::Arc<std::vector<std::string>>>(true, true, true));
static_assert(is<hd::Arc<Cell>>(false, false, true));
static_assert(is<hd::Arc<Rc>>(false, false, true));
static_assert(is<hd::Weak<int>>(true, true, true));
static_assert(is<hd::Weak<Cell>>(false, false, true));

static_assert(is<hd::Mutex<int>>(true, true, true));
static_assert(is<hd::Mutex<Cell>>(true, true, true));
static_assert(is<hd::Mutex<Rc>>(false, false, true));
static_assert(is<hd::Arc<hd::Mutex<Cell>>>(true, true, true));
static_assert(!hd::SyncMut<hd::Mutex<int>>);

static_assert(is<hd::RwLock<int>>(true, true, true));
static_assert(is<hd::RwLock<Cell>>(true, false, true));

static_assert(is<hd::MutexGuard<int>>(false, true, false));
static_assert(is<hd::MutexGuard<Cell>>(false, false, false));
static_assert(is<hd::sync::MappedMutexGuard<int>>(false, true, false));
static_assert(is<hd::RwLockReadGuard<int>>(false, true, false));
static_assert(is<hd::RwLockWriteGuard<int>>(false, true, false));
static_assert(is<hd::sync::MappedRwLockWriteGuard<int>>(false, true, false));
// Cloning a Ref counts, through const access.
static_assert(is<hd::Ref<int>>(false, false, false));
static_assert(is<hd::RefMut<int>>(false, false, false));

static_assert(is<hd::Condvar>(true, true, true) && hd::SyncMut<hd::Condvar>);
static_assert(is<hd::Once>(true, true, true) && hd::SyncMut<hd::Once>);
static_assert(is<hd::Barrier>(true, true, true) && hd::SyncMut<hd::Barrier>);
static_assert(is<hd::sync::BarrierWaitResult>(true, true, true));

static_assert(is<hd::OnceLock<int>>(true, true, true));
static_assert(is<hd::OnceLock<Cell>>(true, false, true));
static_assert(is<hd::OnceLock<Rc>>(false, false, true));
static_assert(is<hd::LazyLock<int>>(true, true, true));
static_assert(is<hd::LazyLock<Cell>>(true, false, true));

static_assert(is<hd::sync::PoisonError<int>>(true, true, true));
static_assert(is<hd::sync::PoisonError<hd::MutexGuard<int>>>(false, true, false));
static_assert(is<hd::sync::TryLockError<hd::MutexGuard<int>>>(false, true, false));

static_assert(sizeof(hd::Arc<int>) == sizeof(void*) && sizeof(hd::Weak<int>) == sizeof(void*));
static_assert(sizeof(hd::Rc<int>) == sizeof(void*) && sizeof(hd::RcWeak<int>) == sizeof(void*));
static_assert(sizeof(hd::Mutex<int>) == 12 && sizeof(hd::Once) == 4);
static_assert(!std::copy_constructible<hd::Arc<int>> && !std::copy_constructible<hd::Rc<int>>);

TEST(MarkerRules, hold_at_compile_time) {}

}  // namespace
