// SPDX-License-Identifier: MIT
// A run in words.
#include "engine.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

namespace heddle_model::detail {

namespace {

std::string_view file_of(const std::source_location& where) noexcept {
  const std::string_view path = where.file_name();
  return path.substr(path.find_last_of('/') + 1);
}

std::string place_of(const Step& step) {
  if (step.where.line() == 0) return "";
  return "  " + std::string(file_of(step.where)) + ":" + std::to_string(step.where.line());
}

std::string value_of(std::uint64_t value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 4096 ? "%llu" : "0x%llx", static_cast<unsigned long long>(value));
  return text.data();
}

}  // namespace

std::string Engine::schedule() const {
  constexpr std::size_t kLongest = 300;
  std::string text;
  const std::size_t from = events_.size() > kLongest ? events_.size() - kLongest : 0;
  if (from != 0) text += "  (" + std::to_string(from) + " steps before)\n";
  for (std::size_t i = from; i < events_.size(); ++i) {
    const Event& event = events_[i];
    const Step& step = event.step;
    const std::string_view what = step.what;
    text += "  thread " + std::to_string(event.thread) + " " + step.what;
    if (what == "spawns" || what == "joins") {
      text += " thread " + std::to_string(event.after);
    } else if (what == "loads" || what == "fails to exchange") {
      text += " a" + std::to_string(event.slot) + ": " + value_of(event.after);
      if (event.before != event.after) text += ", though it is " + value_of(event.before) + " by now";
    } else if (what.starts_with("waits")) {
      text +=
          " a" + std::to_string(event.slot) + " from " + value_of(event.after) + ": it is " + value_of(event.before);
    } else if (what.starts_with("wakes")) {
      text += " a" + std::to_string(event.slot) + ": " + value_of(event.after);
    } else if (what.starts_with("counts")) {
      text += ": " + value_of(event.before) + " -> " + value_of(event.after);
    } else if (step.place != nullptr && what != "ends") {
      text += " a" + std::to_string(event.slot) + ": " + value_of(event.before) + " -> " + value_of(event.after);
    }
    text += place_of(step) + "\n";
  }
  return text;
}

std::string Engine::stuck() const {
  std::string text = "nobody can go on";
  for (unsigned i = 0; i < thread_count_; ++i) {
    const Thread& thread = threads_[i];
    switch (thread.state) {
      case Thread::State::kAsleep: text += "\n  thread " + std::to_string(i) + " sleeps on a futex"; break;
      case Thread::State::kJoining:
        text +=
            "\n  thread " + std::to_string(i) + " joins thread " + std::to_string(thread.joins) + place_of(thread.next);
        break;
      case Thread::State::kYielded: text += "\n  thread " + std::to_string(i) + " spins, and nothing changes"; break;
      case Thread::State::kReady:
      case Thread::State::kFinished: break;
    }
  }
  return text;
}

}  // namespace heddle_model::detail
