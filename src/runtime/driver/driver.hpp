// SPDX-License-Identifier: MIT
// The driver of a runtime: watches descriptors, and is where one of its threads sleeps.
#pragma once

#include <heddle/base/intrusive_list.hpp>
#include <heddle/base/spin_lock.hpp>
#include <heddle/io/error.hpp>
#include <heddle/runtime/detail/io_source.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace heddle::inline v0::runtime::detail {

/// What every backend offers, and the books that all keep alike. At most one thread at a time holds it and turns it.
class Driver {
 public:
  static constexpr std::uint64_t kNoWait = 0;
  static constexpr std::uint64_t kForever = ~std::uint64_t{0};
  /// As many events as a worker's queue holds tasks.
  static constexpr std::size_t kMostEvents = 256;

  Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  virtual ~Driver() = default;

  // Any thread.

  /// Watches `fd`, which stays the caller's to close, after remove(). The source holds a reference to `shared`.
  [[nodiscard]] io::Result<IoSource*> add(Shared& shared, int fd, Readiness initial);

  /// Stops watching. Frees the source when no event for it can be in flight.
  void remove(IoSource& source) noexcept;

  /// Ends the holder's sleep, or the next one.
  virtual void interrupt() noexcept = 0;

  [[nodiscard]] bool try_acquire() noexcept {
    return !held_.load(base::relaxed) && !held_.exchange(true, base::acquire);
  }
  /// Pairs with the acquire in try_acquire.
  void release() noexcept { held_.store(false, base::release); }

  /// Whether a thread is in the driver just now, and how often one has turned it: for the monitor, and out of date at
  /// once. Relaxed for that reason.
  [[nodiscard]] bool is_held() const noexcept { return held_.load(base::relaxed); }
  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_.load(base::relaxed); }

  /// Whether any task waits for a descriptor.
  [[nodiscard]] bool is_waited_for() noexcept;

  // The holder.

  /// Waits up to `nanoseconds` for events, takes at most `most` of them, and wakes whom they concern.
  void turn(std::uint64_t nanoseconds, std::size_t most = kMostEvents);

  // After the last turn.

  /// Everything that waits for a descriptor is woken and finds that the runtime is gone.
  void shut_down() noexcept;

 protected:
  /// The kernel's part of add and remove; returns an errno, or 0.
  virtual int watch(IoSource& source) noexcept = 0;
  virtual void unwatch(IoSource& source) noexcept = 0;
  virtual void wait(std::uint64_t nanoseconds, std::size_t most) noexcept = 0;

 private:
  using Sources = base::IntrusiveList<IoSource, SourceTag>;
  // So many removed sources interrupt a sleeping holder, which frees them. Chosen by taste: some KiB.
  static constexpr std::size_t kRemovedLimit = 64;

  void free_removed() noexcept;
  /// shut_down() for the first of `waited_for`; false when there is none.
  bool wake_some(Sources& waited_for) noexcept;

  // Atomic; see try_acquire.
  base::atomic<bool> held_{false};
  // Written by the holder, read by the monitor.
  base::atomic<std::uint64_t> turns_{0};
  base::SpinLock lock_;
  // Guarded by lock_.
  bool shut_down_ = false;
  Sources sources_;
  Sources removed_;
  std::size_t removed_count_ = 0;
};

/// The epoll backend.
[[nodiscard]] io::Result<std::unique_ptr<Driver>> make_epoll_driver();

}  // namespace heddle::inline v0::runtime::detail
