// SPDX-License-Identifier: MIT
// How messages reach their subscribers.
#include "topics.hpp"

#include "resp.hpp"

namespace mini_redis {

void Topics::subscribe(std::string_view topic, Subscriber subscriber) {
  subscribers_[std::string(topic)].push_back(std::move(subscriber));
}

void Topics::unsubscribe(std::string_view topic, std::uint64_t id) {
  const auto it = subscribers_.find(topic);
  if (it == subscribers_.end()) return;
  std::erase_if(it->second, [id](const Subscriber& subscriber) { return subscriber.id == id; });
  if (it->second.empty()) subscribers_.erase(it);
}

std::size_t Topics::publish(std::string_view topic, std::string_view text) {
  const auto it = subscribers_.find(topic);
  if (it == subscribers_.end()) return 0;
  heddle::io::Buffer encoded;
  reply_array(encoded, 3);
  reply_bulk(encoded, "message");
  reply_bulk(encoded, topic);
  reply_bulk(encoded, text);
  const auto message = Message::make(encoded.text());
  std::size_t reached = 0;
  for (const Subscriber& subscriber : it->second) {
    if (subscriber.mailbox.try_send(message.clone())) {
      ++reached;
    } else {
      subscriber.too_slow.cancel();
    }
  }
  return reached;
}

}  // namespace mini_redis
