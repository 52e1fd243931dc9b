// SPDX-License-Identifier: MIT
// What each type of the room may cross and share.
#include <heddle/marker/send.hpp>
#include <heddle/sync/rc.hpp>
#include <heddle/thread/local_key.hpp>
#include <heddle/thread/scope.hpp>
#include <heddle/thread/spawn.hpp>

#include <atomic>
#include <span>
#include <string>

namespace {

namespace thread = heddle::thread;
using heddle::Owned;
using heddle::Rc;
using heddle::Send;
using heddle::Sync;
using heddle::SyncMut;
using thread::detail::Access;
using thread::detail::Borrowed;
using thread::detail::BorrowedView;

static_assert(Send<thread::Thread> && Sync<thread::Thread> && Owned<thread::Thread>);
static_assert(!SyncMut<thread::Thread>, "it may be assigned");
static_assert(Send<thread::ThreadId> && Sync<thread::ThreadId> && Owned<thread::ThreadId>);
static_assert(Send<thread::Builder> && Sync<thread::Builder> && Owned<thread::Builder>);
static_assert(Send<thread::JoinError> && Owned<thread::JoinError>);

static_assert(Send<thread::JoinHandle<int>> && Sync<thread::JoinHandle<int>> && Owned<thread::JoinHandle<int>>);
static_assert(Send<thread::JoinHandle<void>> && Owned<thread::JoinHandle<void>>);
static_assert(!Send<thread::JoinHandle<Rc<int>>>);
static_assert(Send<thread::ScopedJoinHandle<int>> && !Owned<thread::ScopedJoinHandle<int>>, "it is of a scope");

static_assert(Sync<thread::Scope> && SyncMut<thread::Scope> && !Send<thread::Scope> && !Owned<thread::Scope>);
static_assert(Sync<thread::LocalKey<Rc<int>>>, "each thread sees its own");

static_assert(Send<Borrowed<const std::string, Access::kShared>> && !Owned<Borrowed<const std::string, Access::kShared>>);
static_assert(Send<Borrowed<std::string, Access::kMutable>>);
static_assert(!Send<Borrowed<const Rc<int>, Access::kShared>> && !Send<Borrowed<Rc<int>, Access::kMutable>>);
static_assert(Send<Borrowed<std::atomic<int>, Access::kShared>>);
static_assert(!Send<Borrowed<int, Access::kShared>>, "several would change it");
static_assert(Send<BorrowedView<std::span<int>, Access::kMutable>> && !Send<BorrowedView<std::span<Rc<int>>, Access::kMutable>>);

}  // namespace
