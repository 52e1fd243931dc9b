// SPDX-License-Identifier: MIT
// How values are kept.
#include "database.hpp"

#include <algorithm>

namespace mini_redis {

using heddle::time::Instant;
using std::chrono::milliseconds;

std::size_t Database::bytes_of(std::size_t key, std::size_t value) noexcept {
  return key + value + sizeof(Values::value_type) + 2 * sizeof(void*);
}

Database::Values::iterator Database::find(std::string_view key) {
  auto it = values_.find(key);
  if (it != values_.end() && it->second.timer && expiring_.deadline(*it->second.timer) <= Instant::now()) {
    erase(it);
    return values_.end();
  }
  return it;
}

void Database::stop_timer(Value& value) {
  if (value.timer) static_cast<void>(expiring_.try_remove(*value.timer));
  value.timer.reset();
}

void Database::erase(Values::iterator it) {
  stop_timer(it->second);
  bytes_ -= bytes_of(it->first.size(), it->second.text.size());
  values_.erase(it);
}

const std::string* Database::get(std::string_view key) {
  const auto it = find(key);
  return it == values_.end() ? nullptr : &it->second.text;
}

bool Database::set(std::string_view key, std::string_view value, Expiry expiry) {
  auto it = find(key);
  const std::size_t had = it == values_.end() ? 0 : bytes_of(key.size(), it->second.text.size());
  const std::size_t will = bytes_of(key.size(), value.size());
  if (bytes_ - had + will > max_bytes_) return false;
  if (it == values_.end()) {
    values_.try_emplace(std::string(key), value);
  } else {
    it->second.text.assign(value);
    if (expiry == Expiry::kForget) stop_timer(it->second);
  }
  bytes_ += will - had;
  return true;
}

bool Database::remove(std::string_view key) {
  const auto it = find(key);
  if (it == values_.end()) return false;
  erase(it);
  return true;
}

void Database::clear() {
  values_.clear();
  expiring_.clear();
  bytes_ = 0;
}

bool Database::expire(std::string_view key, milliseconds after) {
  const auto it = find(key);
  if (it == values_.end()) return false;
  if (after <= milliseconds(0)) {
    erase(it);
  } else if (it->second.timer) {
    expiring_.reset(*it->second.timer, after);
  } else {
    it->second.timer = expiring_.insert(std::string(key), after);
  }
  return true;
}

bool Database::persist(std::string_view key) {
  const auto it = find(key);
  if (it == values_.end() || !it->second.timer) return false;
  stop_timer(it->second);
  return true;
}

Database::TimeLeft Database::time_left(std::string_view key) {
  const auto it = find(key);
  if (it == values_.end()) return TimeLeft(Left::kNoKey);
  if (!it->second.timer) return TimeLeft(Left::kForEver);
  const auto left = expiring_.deadline(*it->second.timer) - Instant::now();
  return TimeLeft(std::chrono::ceil<milliseconds>(std::max(left, decltype(left)::zero())));
}

heddle::Poll<void> Database::poll_expired(heddle::Context& cx) {
  // A few at a time: everybody else waits for the lock.
  for (int i = 0; i < 100; ++i) {
    auto expired = expiring_.poll_expired(cx);
    if (expired.is_pending()) return heddle::Pending;
    if (!expired->has_value()) return heddle::Ready();
    const auto it = values_.find(***expired);
    it->second.timer.reset();
    erase(it);
  }
  cx.yield();
  return heddle::Pending;
}

}  // namespace mini_redis
