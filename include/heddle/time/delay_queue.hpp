// SPDX-License-Identifier: MIT
// DelayQueue: values that come out when their time has come.
#pragma once

#include <heddle/future/context.hpp>
#include <heddle/future/poll.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/runtime/detail/wheel_node.hpp>
#include <heddle/time/instant.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace heddle::inline v0::time {

namespace detail {
class DelayCore;
}  // namespace detail

/// Names an entry of a DelayQueue. Once the entry is gone, the queue refuses it, for ever.
///
/// Corresponds to tokio-util's `delay_queue::Key`.
class Key {
 public:
  friend bool operator==(Key, Key) noexcept = default;

 private:
  friend class detail::DelayCore;
  Key(std::size_t slot, std::uint64_t id) noexcept : slot_(slot), id_(id) {}

  std::size_t slot_;
  // Counts the entries that the queue has ever had.
  std::uint64_t id_;

  HEDDLE_FIELDS(slot_, id_);
};

namespace detail {

/// An entry, but for its value.
struct DelayNode : runtime::detail::WheelNode {
  Instant deadline{0};
  std::size_t slot = 0;
  std::uint64_t id = 0;
};

/// A DelayQueue, but for the values: a wheel of its own, one timer of the runtime, and a table of entries by key.
///
/// It links nodes, and doesn't own them.
class DelayCore {
 public:
  DelayCore();
  DelayCore(DelayCore&&) noexcept;
  DelayCore& operator=(DelayCore&&) noexcept;
  ~DelayCore();

  Key insert(DelayNode& node, Instant deadline);
  /// Null if it is gone.
  [[nodiscard]] DelayNode* find(Key key) const noexcept;
  /// Throws std::out_of_range if it is gone.
  [[nodiscard]] DelayNode& at(Key key) const;
  void remove(DelayNode& node) noexcept;
  void reset(DelayNode& node, Instant deadline) noexcept;
  /// Takes one out, in no order; null when empty.
  [[nodiscard]] DelayNode* take_any() noexcept;
  /// Takes out the next that is due; ready with null when empty.
  Poll<DelayNode*> poll(Context& cx);

  [[nodiscard]] DelayNode* first() const noexcept;
  [[nodiscard]] static Key key_of(const DelayNode& node) noexcept { return {node.slot, node.id}; }
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] std::size_t capacity() const noexcept;
  void reserve(std::size_t more);
  void compact();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

template <class T>
struct DelayValue : DelayNode {
  T value;
  explicit DelayValue(T v) : value(std::move(v)) {}
};

}  // namespace detail

/// A value that has left its DelayQueue. Corresponds to tokio-util's `delay_queue::Expired`.
template <class T>
class Expired {
 public:
  /// For the queue only.
  explicit Expired(detail::DelayValue<T>* entry) noexcept : entry_(entry) {}

  [[nodiscard]] Key key() const noexcept { return detail::DelayCore::key_of(*entry_); }
  /// When it was due.
  [[nodiscard]] Instant deadline() const noexcept { return entry_->deadline; }
  [[nodiscard]] T& operator*() noexcept { return entry_->value; }
  [[nodiscard]] const T& operator*() const noexcept { return entry_->value; }
  [[nodiscard]] T* operator->() noexcept { return &entry_->value; }
  [[nodiscard]] T into_inner() && { return std::move(entry_->value); }

 private:
  std::unique_ptr<detail::DelayValue<T>> entry_;
};

/// Holds values until their time has come, and gives them out in that order; equal ones in that of their insertion. For
/// time-outs by the thousand: sessions, caches, retries.
///
/// Shape       A Stream of Expired<T> that gives nothing while it is empty, and may be asked again after an insertion.
///             Granularity 1 ms: never early. May be moved while nobody waits for an item.
/// Errors      A key whose entry is gone: std::out_of_range. Waiting fails as awaiting a Sleep does.
/// Cancelling  A dropped `next` loses nothing.
/// Threads     Used by one task at a time.
/// Cost        An allocation per entry; insert, remove, reset and expiry are O(1), and take no lock. One timer of the
///             runtime, however many entries.
/// Example     `while (auto session = co_await next(idle)) close(*std::move(session));`
///
/// Corresponds to tokio-util's `DelayQueue`.
template <class T>
class DelayQueue {
  using Entry = detail::DelayValue<T>;

 public:
  using Item = Expired<T>;

  DelayQueue() {}
  DelayQueue(DelayQueue&&) noexcept = default;
  DelayQueue& operator=(DelayQueue&& other) noexcept {
    DelayQueue old(std::move(*this));
    core_ = std::move(other.core_);
    return *this;
  }
  ~DelayQueue() { clear(); }

  /// Adds a value that is due at `deadline`, or `after` from now. If this throws, the queue is as it was.
  Key insert_at(T value, Instant deadline) {
    auto entry = std::make_unique<Entry>(std::move(value));
    const Key key = core_.insert(*entry, deadline);
    static_cast<void>(entry.release());  // linked: the queue's from here on
    return key;
  }
  template <class Rep, class Period>
  Key insert(T value, std::chrono::duration<Rep, Period> after) {
    return insert_at(std::move(value), Instant::now() + after);
  }

  /// The next value that is due; nothing while the queue is empty.
  Poll<std::optional<Expired<T>>> poll_expired(Context& cx) {
    Poll<detail::DelayNode*> node = core_.poll(cx);
    if (node.is_pending()) return Pending;
    if (*node == nullptr) return Poll<std::optional<Expired<T>>>(std::in_place);
    return Poll<std::optional<Expired<T>>>(std::in_place, std::in_place, entry_of(*node));
  }
  /// The same, as a stream.
  Poll<std::optional<Expired<T>>> poll_next(Context& cx) { return poll_expired(cx); }

  /// Takes an entry out before its time.
  Expired<T> remove(Key key) { return take(core_.at(key)); }
  /// The same; nothing if it is gone.
  [[nodiscard]] std::optional<Expired<T>> try_remove(Key key) {
    detail::DelayNode* node = core_.find(key);
    if (node == nullptr) return std::nullopt;
    return take(*node);
  }

  /// Makes an entry due at another time, earlier or later.
  void reset_at(Key key, Instant deadline) { core_.reset(core_.at(key), deadline); }
  template <class Rep, class Period>
  void reset(Key key, std::chrono::duration<Rep, Period> after) {
    reset_at(key, Instant::now() + after);
  }

  /// Destroys all entries.
  void clear() noexcept {
    while (detail::DelayNode* node = core_.take_any()) delete entry_of(node);
  }

  /// When an entry is due.
  [[nodiscard]] Instant deadline(Key key) const { return core_.at(key).deadline; }
  /// The entry that comes out next.
  [[nodiscard]] std::optional<Key> peek() const noexcept {
    const detail::DelayNode* node = core_.first();
    if (node == nullptr) return std::nullopt;
    return detail::DelayCore::key_of(*node);
  }
  [[nodiscard]] std::size_t len() const noexcept { return core_.size(); }
  [[nodiscard]] bool is_empty() const noexcept { return len() == 0; }

  /// How many entries the table of keys has room for; room for so many more; gives back what isn't needed. Keys stay valid.
  [[nodiscard]] std::size_t capacity() const noexcept { return core_.capacity(); }
  void reserve(std::size_t more) { core_.reserve(more); }
  void compact() { core_.compact(); }

 private:
  static Entry* entry_of(detail::DelayNode* node) noexcept {
    // SAFETY: only insert_at links nodes, and those are Entries.
    return static_cast<Entry*>(node);
  }
  Expired<T> take(detail::DelayNode& node) noexcept {
    core_.remove(node);
    return Expired<T>(entry_of(&node));
  }

  detail::DelayCore core_;
};

}  // namespace heddle::inline v0::time

// What is in a queue goes where the queue goes, and is reached through it alone.
template <class T>
struct heddle::marker::unsafe_rules<heddle::time::DelayQueue<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSync<T>>;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::time::Expired<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSync<T>>;
  using Owned = If<IsOwned<T>>;
};
