// SPDX-License-Identifier: MIT
// The wire and the poller of a simulation; its sockets are in simulated_sockets.cpp.
#include "testing/simulated_kernel.hpp"

#include "runtime/shared.hpp"
#include "sys/futex.hpp"

#include <algorithm>
#include <utility>

namespace heddle::inline v0::testing {

namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::uint64_t kSecond = 1'000 * kMillisecond;
// Linux sends its SYN seven times.
constexpr std::uint32_t kMostRefusals = 6;
// How often it looks whether the threads of blocking calls are done.
constexpr std::uint64_t kLookAfter = 10 * kMillisecond;

}  // namespace

std::uint64_t SimulatedKernel::now() noexcept {
  if (shared_ != nullptr) now_ = shared_->clock().now();
  return now_;
}

void SimulatedKernel::attach(runtime::Shared& shared) noexcept {
  if (std::exchange(shared_, &shared) == nullptr) started_ = now();
}

void SimulatedKernel::detach() noexcept {
  static_cast<void>(now());
  shared_ = nullptr;
  armed_for_ = 0;  // nobody is woken any more
  timer_.disarm();
  main_ = Waker();
}

void SimulatedKernel::note(std::uint64_t value) noexcept {
  trace_ = (trace_ ^ value) * 0x9e3779b97f4a7c15U;
  trace_ ^= trace_ >> 29;
}

std::uint64_t SimulatedKernel::delay(const Socket& socket) noexcept {
  const std::uint64_t range = (faults.most_delay_ - faults.least_delay_) / kMillisecond;
  const std::uint64_t more = range == 0 ? 0 : random_.below(static_cast<std::uint32_t>(range) + 1) * kMillisecond;
  return (faults.least_delay_ + more) * socket.slowness;
}

void SimulatedKernel::post(std::uint64_t when, Kind kind, int fd, std::string bytes) {
  wire_.emplace(std::pair(when, posted_++), Arrival{kind, fd, slot_of(fd)->generation, std::move(bytes)});
  if (when < armed_for_) main_.wake_by_ref();
}

void SimulatedKernel::post_in_order(Socket& to, int fd, Kind kind, std::string bytes) {
  to.last_arrival = std::max(to.last_arrival, now() + delay(to));
  post(to.last_arrival, kind, fd, std::move(bytes));
}

void SimulatedKernel::poll_wire(Context& cx) {
  if (!main_.will_wake(cx.waker())) main_ = cx.waker().clone();
  armed_for_ = 0;  // what is posted meanwhile is seen below
  while (!cut_ && !wire_.empty() && wire_.begin()->first.first <= now()) {
    auto node = wire_.extract(wire_.begin());
    deliver(node.mapped());
  }
  armed_for_ = time_limit == base::kForever ? base::kForever : started_ + time_limit;
  if (!cut_ && !wire_.empty()) armed_for_ = std::min(armed_for_, wire_.begin()->first.first);
  timer_.disarm();
  if (armed_for_ != base::kForever) static_cast<void>(timer_.poll(cx, armed_for_));
}

void SimulatedKernel::mend() {
  cut_ = false;
  main_.wake_by_ref();
}

void SimulatedKernel::deliver(Arrival& arrival) {
  const int fd = arrival.fd;
  Slot& slot = *slot_of(fd);
  if (slot.socket == nullptr || slot.generation != arrival.generation) return;
  Socket& socket = *slot.socket;
  using Event = sys::EpollEvent;
  note(now() ^ (static_cast<std::uint64_t>(arrival.kind) << 56) ^ static_cast<std::uint64_t>(fd));
  switch (arrival.kind) {
    case Kind::kConnect: return meet(fd, socket);
    case Kind::kConnected:
      if (socket.state == State::kConnecting) socket.state = State::kConnected;
      return report(fd, socket, Event::kOut);
    case Kind::kRefused: return lose(fd, socket, code(std::errc::connection_refused));
    case Kind::kBytes:
      if (socket.state == State::kReset) return;
      figures_.bytes += arrival.bytes.size();
      if (socket.reads_shut) socket.unread -= arrival.bytes.size();
      else socket.arrived += arrival.bytes;
      return report(fd, socket, Event::kIn);
    case Kind::kEnd:
      socket.end_arrived = true;
      return report(fd, socket, Event::kIn | Event::kReadHangUp | (socket.writes_shut ? Event::kHangUp : 0U));
    case Kind::kReset: return lose(fd, socket, code(std::errc::connection_reset));
    case Kind::kRoom:
      socket.wants_room = false;
      return report(fd, socket, Event::kOut);
  }
}

void SimulatedKernel::meet(int client_fd, Socket& client) {
  const int listener_fd = listener_at(client.peer);
  if (listener_fd < 0 || happens(faults.refuse_)) return post_in_order(client, client_fd, Kind::kRefused);
  if (find(listener_fd)->queue.size() >= find(listener_fd)->backlog) {
    if (client.refusals == kMostRefusals) return lose(client_fd, client, code(std::errc::timed_out));
    return post(now() + (kSecond << client.refusals++), Kind::kConnect, client_fd);
  }
  const auto [server_fd, server] = open();
  Socket& listener = *find(listener_fd);
  server->state = State::kConnected;
  server->local = client.peer;
  server->peer = client.local;
  server->slowness = client.slowness = happens(faults.slow_) ? 100 : 1;
  server->other = client_fd;
  client.other = server_fd;
  ++figures_.connections;
  listener.queue.push_back(server_fd);
  report(listener_fd, listener, sys::EpollEvent::kIn);
  post_in_order(client, client_fd, Kind::kConnected);
}

void SimulatedKernel::lose(int fd, Socket& socket, int error) {
  using Event = sys::EpollEvent;
  socket.state = State::kReset;
  socket.error = error;
  socket.arrived.clear();
  socket.unread = 0;
  if (Socket* other = find(socket.other)) other->other = -1;
  socket.other = -1;
  report(fd, socket, Event::kIn | Event::kOut | Event::kReadHangUp | Event::kHangUp | Event::kError);
}

void SimulatedKernel::reset(int fd, Socket& socket) {
  ++figures_.resets;
  const int other_fd = socket.other;
  if (Socket* other = find(other_fd)) lose(other_fd, *other, code(std::errc::connection_reset));
  lose(fd, socket, code(std::errc::connection_reset));
}

void SimulatedKernel::reset_all() {
  for (Slot& slot : slots_) {
    if (slot.socket == nullptr || slot.socket->state != State::kConnected) continue;
    reset(sys::kFirstSimulated + static_cast<int>(&slot - slots_.data()), *slot.socket);
  }
}

void SimulatedKernel::report(int fd, Socket& socket, std::uint32_t events) {
  if (socket.token == nullptr) return;
  if (socket.events == 0) ready_.push_back(fd);
  socket.events |= events;
}

void SimulatedKernel::maybe_report_nothing(int fd, Socket& socket) {
  if (happens(faults.spurious_)) report(fd, socket, sys::EpollEvent::kIn | sys::EpollEvent::kOut);
}

int SimulatedKernel::watch(int fd, void* token) {
  Socket* socket = find(fd);
  if (socket == nullptr) return code(std::errc::bad_file_descriptor);
  socket->token = token;
  if (!socket->queue.empty() || !socket->arrived.empty()) report(fd, *socket, sys::EpollEvent::kIn);
  return 0;
}

void SimulatedKernel::unwatch(int fd) {
  Socket* socket = find(fd);
  if (socket == nullptr) return;
  socket->token = nullptr;
  if (std::exchange(socket->events, 0U) != 0) std::erase(ready_, fd);
}

std::size_t SimulatedKernel::wait(std::span<sys::EpollEvent> events, std::uint64_t nanoseconds) {
  // Nothing is ready to run and no timer is armed; time that is paused never waits for one. So what is left to wait for
  // are the threads of blocking calls.
  if (nanoseconds != 0 && ready_.empty()) {
    bool woken = false;
    for (bool may_come = true; may_come && !woken;) {
      may_come = may_be_woken();  // looked at first: what it woke when it was done is seen below
      woken = interrupted_.load(base::acquire) != 0;
      if (may_come && !woken) sys::futex_wait(interrupted_, 0, base::deadline_after_ns(kLookAfter));
    }
    if (!woken) {
      quiescent_ = true;
      main_.wake_by_ref();
    }
  }
  interrupted_.store(0, base::release);

  std::size_t count = 0;
  while (count < events.size() && !ready_.empty()) {
    std::swap(ready_[random_.below(static_cast<std::uint32_t>(ready_.size()))], ready_.back());
    Socket& socket = *find(ready_.back());
    note(static_cast<std::uint64_t>(ready_.back()) << 8 | socket.events);
    events[count++] = {std::exchange(socket.events, 0U), socket.token};
    ready_.pop_back();
  }
  return count;
}

bool SimulatedKernel::may_be_woken() const noexcept { return shared_ != nullptr && shared_->blocking_pool().is_busy(); }

void SimulatedKernel::interrupt() noexcept {
  interrupted_.store(1, base::release);
  sys::futex_wake_one(interrupted_);
}

}  // namespace heddle::inline v0::testing
