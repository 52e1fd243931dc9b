// SPDX-License-Identifier: MIT
// Semaphore: a number of permits that tasks take and give back, in the order in which they asked.
#pragma once

#include <heddle/async/detail/held.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/send.hpp>
#include <heddle/sync/arc.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <stdexcept>
#include <utility>

namespace heddle::inline v0::async {

/// The semaphore was closed. Corresponds to Tokio's `AcquireError`.
class AcquireError {
 public:
  explicit AcquireError() noexcept {}
  [[nodiscard]] static const char* message() noexcept { return "semaphore closed"; }
  friend bool operator==(AcquireError, AcquireError) noexcept { return true; }
};

/// Why a permit wasn't there at once. Corresponds to Tokio's `TryAcquireError`.
enum class TryAcquireError : std::uint8_t { kClosed, kNoPermits };

[[nodiscard]] constexpr const char* message(TryAcquireError error) noexcept {
  return error == TryAcquireError::kClosed ? "semaphore closed" : "no permits available";
}

/// Permits of a semaphore, given back at destruction. Move-only.
///
/// Corresponds to Tokio's `SemaphorePermit` and `OwnedSemaphorePermit`.
template <class Owner>
class [[nodiscard("a permit that is dropped is given back")]] BasicSemaphorePermit {
 public:
  explicit BasicSemaphorePermit(detail::Held<Owner> held) noexcept : held_(std::move(held)) {}

  [[nodiscard]] std::size_t num_permits() const noexcept { return held_.count(); }

  /// Never gives the permits back: the semaphore has fewer from then on.
  void forget() && noexcept { held_.forget(); }

  /// Takes over the permits of `other`. Throws std::invalid_argument if they are of another semaphore.
  void merge(BasicSemaphorePermit other) {
    if (&other.held_.semaphore() != &held_.semaphore()) {
      throw std::invalid_argument("merging permits from different semaphore instances");
    }
    held_.merge(std::move(other.held_));
  }

  /// Gives `count` of its permits to another; nothing if it has fewer.
  [[nodiscard]] std::optional<BasicSemaphorePermit> split(std::size_t count) noexcept {
    if (count > num_permits()) return std::nullopt;
    return BasicSemaphorePermit(held_.split(count));
  }

 private:
  detail::Held<Owner> held_;
};

class Semaphore;
using SemaphorePermit = BasicSemaphorePermit<detail::Borrowed>;
using OwnedSemaphorePermit = BasicSemaphorePermit<Arc<Semaphore>>;

/// The future of the semaphore's acquire functions.
///
/// Shape       Doesn't move. The Semaphore must outlive it; an owned one keeps it alive.
/// Errors      AcquireError: the semaphore is closed, or was closed meanwhile.
/// Cancelling  Loses the place in the queue. Permits that it had, or was just given, go to the next in the queue.
/// Cost        Nothing is allocated. One atomic operation if the permits are there. Spends one unit of budget.
template <class Owner>
class [[nodiscard]] SemaphoreAcquire {
 public:
  using Output = std::expected<BasicSemaphorePermit<Owner>, AcquireError>;
  static constexpr future::Loss kLoss = future::Loss::kLosesPlace;

  SemaphoreAcquire(Owner owner, std::size_t count) noexcept
      : owner_(std::move(owner)), count_(count), acquiring_(detail::semaphore_of(owner_), count) {}

  Poll<Output> poll(Context& cx) {
    switch (acquiring_.poll(cx)) {
      case detail::Grant::kNoPermits: return Pending;
      case detail::Grant::kClosed: return Poll<Output>(std::in_place, std::unexpect);
      case detail::Grant::kAcquired: break;
    }
    return Poll<Output>(std::in_place, BasicSemaphorePermit(detail::Held<Owner>(std::move(owner_), count_)));
  }

  /// Drops it where it stands.
  void cancel() noexcept { acquiring_.cancel(); }

 private:
  Owner owner_;
  std::size_t count_;
  detail::Acquiring acquiring_;

  HEDDLE_UNSAFE_SEND(true);
};

/// Counts permits. Fair: who asked first is served first, and who asks for many isn't overtaken by who asks for few.
///
/// Shape       Doesn't move. Destroyed when nobody waits.
/// Threads     Any. Everything is const: share it by Arc or by reference.
/// Blocking    The blocking_ functions throw BlockingInAsync on a thread that polls tasks.
///
/// Corresponds to Tokio's `sync::Semaphore`.
class Semaphore {
 public:
  static constexpr std::size_t kMaxPermits = detail::BatchSemaphore::kMaxPermits;

  /// Throws std::length_error for more than kMaxPermits.
  explicit Semaphore(std::size_t permits) : semaphore_(permits) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// How many permits are there to be taken.
  [[nodiscard]] std::size_t available_permits() const noexcept { return semaphore_.available(); }

  /// Throws std::length_error if there would be more than kMaxPermits.
  void add_permits(std::size_t count) const { semaphore_.add(count); }

  /// Takes up to `count` of the available permits away for good; returns how many.
  std::size_t forget_permits(std::size_t count) const noexcept { return semaphore_.forget(count); }

  /// Waits for a permit, or for `count`. See SemaphoreAcquire.
  [[nodiscard]] SemaphoreAcquire<detail::Borrowed> acquire() const noexcept { return acquire_many(1); }
  [[nodiscard]] SemaphoreAcquire<detail::Borrowed> acquire_many(std::size_t count) const noexcept {
    return {&semaphore_, count};
  }

  /// Takes a permit, or `count`, if they are there.
  [[nodiscard]] std::expected<SemaphorePermit, TryAcquireError> try_acquire() const noexcept {
    return try_acquire_many(1);
  }
  [[nodiscard]] std::expected<SemaphorePermit, TryAcquireError> try_acquire_many(std::size_t count) const noexcept {
    return try_for<detail::Borrowed>(&semaphore_, count);
  }

  /// Sleeps until there is a permit, or `count`.
  [[nodiscard]] std::expected<SemaphorePermit, AcquireError> blocking_acquire() const {
    return blocking_acquire_many(1);
  }
  [[nodiscard]] std::expected<SemaphorePermit, AcquireError> blocking_acquire_many(std::size_t count) const {
    base::refuse_in_async("async::Semaphore::blocking_acquire", "co_await acquire()");
    return block_on(acquire_many(count));
  }

  /// The same with permits that keep the semaphore alive.
  [[nodiscard]] static SemaphoreAcquire<Arc<Semaphore>> acquire_owned(Arc<Semaphore> semaphore) noexcept {
    return {std::move(semaphore), 1};
  }
  [[nodiscard]] static SemaphoreAcquire<Arc<Semaphore>> acquire_many_owned(Arc<Semaphore> semaphore,
                                                                           std::size_t count) noexcept {
    return {std::move(semaphore), count};
  }
  [[nodiscard]] static std::expected<OwnedSemaphorePermit, TryAcquireError> try_acquire_owned(
      Arc<Semaphore> semaphore) noexcept {
    return try_for(std::move(semaphore), 1);
  }
  [[nodiscard]] static std::expected<OwnedSemaphorePermit, TryAcquireError> try_acquire_many_owned(
      Arc<Semaphore> semaphore, std::size_t count) noexcept {
    return try_for(std::move(semaphore), count);
  }
  [[nodiscard]] static std::expected<OwnedSemaphorePermit, AcquireError> blocking_acquire_owned(
      Arc<Semaphore> semaphore) {
    return blocking_acquire_many_owned(std::move(semaphore), 1);
  }
  [[nodiscard]] static std::expected<OwnedSemaphorePermit, AcquireError> blocking_acquire_many_owned(
      Arc<Semaphore> semaphore, std::size_t count) {
    base::refuse_in_async("async::Semaphore::blocking_acquire_owned", "co_await acquire_owned()");
    return block_on(acquire_many_owned(std::move(semaphore), count));
  }

  /// Gives out no more permits: who waits gets an AcquireError. Permits that are held stay valid.
  void close() const noexcept { semaphore_.close(); }
  [[nodiscard]] bool is_closed() const noexcept { return semaphore_.is_closed(); }

 private:
  template <class Owner>
  friend const detail::BatchSemaphore& detail::semaphore_of(const Owner& owner) noexcept;

  template <class Owner>
  static std::expected<BasicSemaphorePermit<Owner>, TryAcquireError> try_for(Owner owner, std::size_t count) noexcept {
    switch (detail::semaphore_of(owner).try_acquire(count)) {
      case detail::Grant::kClosed: return std::unexpected(TryAcquireError::kClosed);
      case detail::Grant::kNoPermits: return std::unexpected(TryAcquireError::kNoPermits);
      case detail::Grant::kAcquired: break;
    }
    return BasicSemaphorePermit(detail::Held<Owner>(std::move(owner), count));
  }

  detail::BatchSemaphore semaphore_;
};

}  // namespace heddle::inline v0::async

// All is guarded by a lock, and no T is behind it.
template <>
struct heddle::marker::unsafe_rules<heddle::async::Semaphore> {
  using Send = Always;
  using Sync = Always;
  using SyncMut = Always;
  using Owned = Always;
};
template <>
struct heddle::marker::unsafe_rules<heddle::async::SemaphorePermit> {
  using Send = Always;
  using Sync = Always;
};
template <>
struct heddle::marker::unsafe_rules<heddle::async::OwnedSemaphorePermit> {
  using Send = Always;
  using Sync = Always;
  using Owned = Always;
};
