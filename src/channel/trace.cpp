// SPDX-License-Identifier: MIT
// The book of senders: channels, each with the places where its living senders were made.
//
// A channel is in the book while a sender of it is, so the book never knows a channel that is freed.
#include <heddle/channel/detail/trace.hpp>

#include <heddle/base/held_guards.hpp>

#include <algorithm>
#include <list>
#include <map>
#include <mutex>

namespace heddle::inline v0::channel::detail {

namespace {

struct TracedChannel;

}  // namespace

struct TracedPlace {
  TracedChannel& channel;
  const char* verb;
  std::source_location where;
  std::size_t living;
};

namespace {

struct TracedChannel {
  explicit TracedChannel(const Traced& traced, const std::source_location& where) : channel(traced), made_at(where) {}

  /// May throw std::bad_alloc.
  TracedPlace* add(const char* verb, const std::source_location& where) {
    const auto is_same = [&](const TracedPlace& place) {
      return place.verb == verb && place.where.file_name() == where.file_name() && place.where.line() == where.line() &&
             place.where.column() == where.column();
    };
    auto place = std::ranges::find_if(places, is_same);
    if (place == places.end()) place = places.emplace(place, *this, verb, where, 0U);
    ++place->living;
    ++living;
    return &*place;
  }

  [[nodiscard]] std::string describe(std::size_t waiting) const {
    std::string text = std::to_string(waiting) + (waiting == 1 ? " task waits" : " tasks wait") +
                       " to receive from the " + channel.kind + " channel made at " + base::to_string(made_at) +
                       "; its living senders:\n";
    for (const TracedPlace& place : places) {
      if (place.living == 0) continue;
      text += "  " + std::to_string(place.living) + " " + place.verb + " at " + base::to_string(place.where) + "\n";
    }
    return text;
  }

  const Traced channel;
  const std::source_location made_at;
  // A list, since traces point into it.
  std::list<TracedPlace> places;
  std::size_t living = 0;
  bool named = false;
};

struct Book {
  std::mutex lock;
  // Guarded by lock.
  std::map<const void*, TracedChannel> channels;
};

// Never destroyed: senders may be dropped when the program's other objects are gone.
Book& book() {
  static Book& only = *new Book;
  return only;
}

}  // namespace

TracedPlace* Trace::enter(const Traced& channel, const std::source_location& where) noexcept try {
  const std::lock_guard guard(book().lock);
  return book().channels.try_emplace(channel.core, channel, where).first->second.add("made with it", where);
} catch (...) {
  return nullptr;
}

TracedPlace* Trace::enter_clone(TracedPlace& of, const std::source_location& where) noexcept try {
  const std::lock_guard guard(book().lock);
  return of.channel.add("cloned", where);
} catch (...) {
  return nullptr;
}

TracedPlace* Trace::enter_upgraded(const void* core, const std::source_location& where) noexcept try {
  const std::lock_guard guard(book().lock);
  const auto found = book().channels.find(core);
  return found == book().channels.end() ? nullptr : found->second.add("upgraded", where);
} catch (...) {
  return nullptr;
}

void Trace::strike_out(TracedPlace& place) noexcept {
  const std::lock_guard guard(book().lock);
  --place.living;
  if (TracedChannel& channel = place.channel; --channel.living == 0) book().channels.erase(channel.channel.core);
}

std::string describe_waiting_channels(const std::function<bool()>& holds) {
  std::string text;
  std::list<TracedChannel*> found;
  const std::lock_guard guard(book().lock);
  for (auto& [core, channel] : book().channels) {
    if (channel.named) continue;
    const std::size_t waiting = channel.channel.count_waiting(channel.channel.core);
    if (waiting == 0) continue;
    text += channel.describe(waiting);
    found.push_back(&channel);
  }
  if (found.empty() || !holds()) return {};
  for (TracedChannel* channel : found) channel->named = true;
  return text;
}

}  // namespace heddle::inline v0::channel::detail
