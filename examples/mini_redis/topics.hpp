// SPDX-License-Identifier: MIT
// Who has subscribed to what.
#pragma once

#include <heddle/async/cancellation_token.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/sync/arc.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mini_redis {

/// A reply, encoded once for all who get it.
using Message = heddle::Arc<std::string>;

/// Somebody's mailbox. Who doesn't empty it is cut off: `too_slow` is cancelled.
struct Subscriber {
  std::uint64_t id;
  heddle::mpsc::Sender<Message> mailbox;
  heddle::async::CancellationToken too_slow;

  Subscriber(std::uint64_t i, heddle::mpsc::Sender<Message> m, heddle::async::CancellationToken t)
      : id(i), mailbox(std::move(m)), too_slow(std::move(t)) {}
  HEDDLE_FIELDS(id, mailbox, too_slow);
};

class Topics {
 public:
  Topics() {}

  void subscribe(std::string_view topic, Subscriber subscriber);
  void unsubscribe(std::string_view topic, std::uint64_t id);
  /// Returns how many got it.
  std::size_t publish(std::string_view topic, std::string_view text);

 private:
  std::map<std::string, std::vector<Subscriber>, std::less<>> subscribers_;

  HEDDLE_FIELDS(subscribers_);
};

}  // namespace mini_redis
