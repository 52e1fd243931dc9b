// SPDX-License-Identifier: MIT
// The keys and their values, some of which expire.
#pragma once

#include <heddle/marker/fields.hpp>
#include <heddle/time/delay_queue.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mini_redis {

/// Values by key. What has expired is gone at that very moment; its memory, when the queue gives it out: see
/// poll_expired.
class Database {
 public:
  explicit Database(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Valid until the next call that changes something; null if there is none.
  [[nodiscard]] const std::string* get(std::string_view key);

  enum class Expiry : bool { kForget, kKeep };
  /// False if there would be too many bytes.
  [[nodiscard]] bool set(std::string_view key, std::string_view value, Expiry expiry);
  [[nodiscard]] bool remove(std::string_view key);
  void clear();
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  /// False if there is no such key.
  bool expire(std::string_view key, std::chrono::milliseconds after);
  bool persist(std::string_view key);
  enum class Left { kNoKey, kForEver, kTime };
  struct TimeLeft {
    Left kind;
    std::chrono::milliseconds time{0};
    explicit TimeLeft(Left k) noexcept : kind(k) {}
    explicit TimeLeft(std::chrono::milliseconds t) noexcept : kind(Left::kTime), time(t) {}
  };
  [[nodiscard]] TimeLeft time_left(std::string_view key);

  /// Removes what is due. Pending: something will be, and the task is woken then. Ready: nothing expires at all.
  heddle::Poll<void> poll_expired(heddle::Context& cx);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const noexcept { return std::hash<std::string_view>()(key); }
  };
  struct Value {
    std::string text;
    std::optional<heddle::time::Key> timer;
    explicit Value(std::string_view t) : text(t) {}
    HEDDLE_FIELDS(text, timer);
  };
  using Values = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  [[nodiscard]] Values::iterator find(std::string_view key);
  void erase(Values::iterator it);
  void stop_timer(Value& value);
  static std::size_t bytes_of(std::size_t key, std::size_t value) noexcept;

  Values values_;
  heddle::time::DelayQueue<std::string> expiring_;
  std::size_t bytes_ = 0;
  std::size_t max_bytes_;

  HEDDLE_FIELDS(values_, expiring_, bytes_, max_bytes_);
};

}  // namespace mini_redis
