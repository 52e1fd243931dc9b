// SPDX-License-Identifier: MIT
// JoinHandle<T>: the owner's end of a started thread.
#pragma once

#include <heddle/marker/rules.hpp>
#include <heddle/thread/detail/thread_cell.hpp>
#include <heddle/thread/join_error.hpp>
#include <heddle/thread/thread.hpp>

#include <expected>
#include <stdexcept>
#include <utility>

namespace heddle::inline v0::thread {

namespace detail {

/// What JoinHandle and ScopedJoinHandle share.
template <class T>
class AnyJoinHandle {
 public:
  AnyJoinHandle(AnyJoinHandle&& other) noexcept
      : cell_(std::move(other.cell_)), joinable_(std::exchange(other.joinable_, false)) {}
  AnyJoinHandle& operator=(AnyJoinHandle&& other) noexcept {
    AnyJoinHandle old(std::move(*this));
    cell_ = std::move(other.cell_);
    joinable_ = std::exchange(other.joinable_, false);
    return *this;
  }
  ~AnyJoinHandle() {
    if (joinable_) cell_->abandon();
  }

  /// True once the thread's callable has returned, or thrown: join() won't wait for more than the destructors of its
  /// thread_locals.
  [[nodiscard]] bool is_finished() const noexcept { return cell_->is_finished(); }

  /// The thread, also after a join.
  [[nodiscard]] Thread thread() const noexcept {
    cell_->add_reference();
    return Thread(Ref<ThreadHeader>(&*cell_));
  }

 protected:
  explicit AnyJoinHandle(Ref<ResultCell<T>> cell) noexcept : cell_(std::move(cell)) {}

  std::expected<T, JoinError> join_as(const char* call) {
    if (!joinable_) throw std::logic_error(std::string(call) + ": joined already, or moved from");
    cell_->join(call);
    joinable_ = false;
    if (std::exception_ptr panic = std::exchange(cell_->panic(), nullptr)) {
      return std::unexpected(JoinError(std::move(panic)));
    }
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      return std::expected<T, JoinError>(std::in_place, cell_->take());
    }
  }

  [[nodiscard]] ResultCell<T>& cell() const noexcept { return *cell_; }

 private:
  Ref<ResultCell<T>> cell_;
  bool joinable_ = true;
};

}  // namespace detail

/// Owns the right to wait for a thread and to take its result. Destroying it detaches the thread: that goes on, its
/// result is destroyed when it ends, and an exception that leaves it goes to the panic hook (see set_panic_hook).
///
/// Threads     May move to any thread; used by one at a time.
///
/// Corresponds to Rust's `thread::JoinHandle`.
template <class T>
class JoinHandle : public detail::AnyJoinHandle<T> {
 public:
  /// For Builder only.
  explicit JoinHandle(detail::Ref<detail::ResultCell<T>> cell) noexcept
      : detail::AnyJoinHandle<T>(std::move(cell)) {}

  /// Waits for the end of the thread, the destructors of its thread_locals included, and takes its result.
  ///
  /// Returns     What the thread returned, or the exception that left it.
  /// Errors      Once only: std::logic_error for a handle that was joined or moved from. std::system_error
  ///             (resource_deadlock_would_occur) where the thread joins itself. BlockingInAsync on a thread that polls
  ///             tasks, if the thread hasn't finished; the handle stays joinable.
  std::expected<T, JoinError> join() { return this->join_as("thread::JoinHandle::join"); }
};

}  // namespace heddle::inline v0::thread

namespace heddle::inline v0::marker {

// The thread is counted with atomics; the result is taken by the one thread that owns the handle.
template <class T>
struct unsafe_rules<thread::JoinHandle<T>> {
  using Send = If<IsSend<T>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};

}  // namespace heddle::inline v0::marker
