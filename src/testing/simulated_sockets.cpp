// SPDX-License-Identifier: MIT
// The system calls on sockets, as a simulation answers them.
#include "testing/simulated_kernel.hpp"

#include <algorithm>
#include <functional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::testing {

namespace {

bool is_unspecified(const sys::InetAddr& addr) noexcept {
  return std::ranges::all_of(addr.ip, [](std::uint8_t byte) { return byte == 0; });
}

std::unexpected<int> fails(int error) noexcept { return std::unexpected(error); }
std::unexpected<int> fails(std::errc error) noexcept { return fails(code(error)); }

}  // namespace

SimulatedKernel::Slot* SimulatedKernel::slot_of(int fd) noexcept {
  const std::int64_t index = std::int64_t{fd} - sys::kFirstSimulated;
  return index < 0 || index >= std::ssize(slots_) ? nullptr : &slots_[static_cast<std::size_t>(index)];
}

SimulatedKernel::Socket* SimulatedKernel::find(int fd) noexcept {
  Slot* slot = slot_of(fd);
  return slot == nullptr ? nullptr : slot->socket.get();
}

std::pair<int, SimulatedKernel::Socket*> SimulatedKernel::open() {
  if (free_.empty()) {
    free_.push_back(sys::kFirstSimulated + static_cast<int>(slots_.size()));
    slots_.emplace_back();
  }
  const int fd = free_.back();
  free_.pop_back();
  Slot& slot = *slot_of(fd);
  ++slot.generation;
  slot.socket = std::make_unique<Socket>();
  return {fd, slot.socket.get()};
}

void SimulatedKernel::free(int fd) noexcept {
  unwatch(fd);
  slot_of(fd)->socket.reset();
  free_.push_back(fd);
}

std::size_t SimulatedKernel::descriptors() noexcept {
  std::size_t count = slots_.size() - free_.size();
  for (const int fd : listeners_) count -= find(fd)->queue.size();
  return count;
}

int SimulatedKernel::listener_at(const sys::InetAddr& addr) noexcept {
  for (const int fd : listeners_) {
    const Socket& listener = *find(fd);
    if (listener.local.port != addr.port || listener.local.v6 != addr.v6) continue;
    if (listener.local.ip == addr.ip || is_unspecified(listener.local)) return fd;
  }
  return -1;
}

template <class T>
sys::Outcome<T> SimulatedKernel::noted(char call, int fd, sys::Outcome<T> outcome) noexcept {
  std::uint64_t value = 0;
  if (!outcome.has_value()) value = static_cast<std::uint64_t>(outcome.error()) << 32;
  else if constexpr (std::is_integral_v<T>) value = static_cast<std::uint64_t>(*outcome);
  note(value ^ (static_cast<std::uint64_t>(call) << 56) ^ static_cast<std::uint64_t>(fd));
  return outcome;
}

std::optional<int> SimulatedKernel::failure(Socket* socket) {
  if (socket == nullptr) return code(std::errc::bad_file_descriptor);
  if (happens(faults.interrupt_)) return code(std::errc::interrupted);
  if (socket->state == State::kFresh || socket->state == State::kListening) return code(std::errc::not_connected);
  return std::nullopt;
}

std::uint16_t SimulatedKernel::next_port() noexcept {
  next_port_ = next_port_ == 65535 ? 32768 : static_cast<std::uint16_t>(next_port_ + 1);
  return next_port_;
}

sys::Outcome<sys::Fd> SimulatedKernel::socket(sys::Family family, sys::Kind kind) {
  if (family == sys::Family::kUnix || kind != sys::Kind::kStream) return fails(std::errc::address_family_not_supported);
  if (descriptors() >= max_descriptors || happens(faults.no_descriptor_)) {
    return noted<sys::Fd>('s', 0, fails(std::errc::too_many_files_open));
  }
  const auto [fd, socket] = open();
  socket->local.v6 = family == sys::Family::kV6;
  return noted<sys::Fd>('s', fd, sys::Fd(fd));
}

sys::Outcome<void> SimulatedKernel::bind(int fd, const sys::RawAddr& addr) {
  Socket* socket = find(fd);
  if (socket == nullptr) return fails(std::errc::bad_file_descriptor);
  if (socket->state != State::kFresh || socket->local.port != 0) return fails(std::errc::invalid_argument);
  const sys::InetAddr wanted = sys::inet_of(addr);
  if (wanted.v6 != socket->local.v6) return fails(std::errc::address_family_not_supported);
  for (const int other : listeners_) {
    const sys::InetAddr& taken = find(other)->local;
    const bool overlap = taken.ip == wanted.ip || is_unspecified(taken) || is_unspecified(wanted);
    if (taken.port == wanted.port && taken.v6 == wanted.v6 && overlap) return fails(std::errc::address_in_use);
  }
  socket->local = wanted;
  if (wanted.port == 0) socket->local.port = next_port();
  return {};
}

sys::Outcome<void> SimulatedKernel::listen(int fd, int backlog) {
  Socket* socket = find(fd);
  if (socket == nullptr) return fails(std::errc::bad_file_descriptor);
  if (socket->state != State::kFresh) return fails(std::errc::invalid_argument);
  if (socket->local.port == 0) socket->local.port = next_port();
  socket->state = State::kListening;
  socket->backlog = static_cast<std::size_t>(std::max(backlog, 1));
  listeners_.push_back(fd);
  return {};
}

sys::Outcome<std::pair<int, sys::RawAddr>> SimulatedKernel::accept(int fd) {
  using Accepted = std::pair<int, sys::RawAddr>;
  Socket* listener = find(fd);
  if (listener == nullptr) return fails(std::errc::bad_file_descriptor);
  if (listener->state != State::kListening) return fails(std::errc::invalid_argument);
  if (happens(faults.interrupt_)) return noted<Accepted>('a', fd, fails(std::errc::interrupted));
  if (listener->queue.empty()) return noted<Accepted>('a', fd, fails(std::errc::resource_unavailable_try_again));
  if (descriptors() >= max_descriptors || happens(faults.no_descriptor_)) {
    return noted<Accepted>('a', fd, fails(std::errc::too_many_files_open));
  }
  const int accepted = listener->queue.front();
  listener->queue.pop_front();
  if (happens(faults.abort_accept_)) {
    reset(accepted, *find(accepted));
    free(accepted);
    return noted<Accepted>('a', fd, fails(std::errc::connection_aborted));
  }
  return noted<Accepted>('a', accepted, Accepted(accepted, sys::to_raw(find(accepted)->peer)));
}

bool SimulatedKernel::close(int fd) {
  Socket* socket = find(fd);
  if (socket == nullptr) return slot_of(fd) != nullptr;
  note(static_cast<std::uint64_t>('c') << 56 ^ static_cast<std::uint64_t>(fd));
  for (const int waiting : socket->queue) {
    reset(waiting, *find(waiting));
    free(waiting);
  }
  std::erase(listeners_, fd);
  const int other_fd = socket->other;
  if (Socket* other = find(other_fd)) {
    if (socket->unread != 0 || socket->resets_on_close) {
      ++figures_.resets;
      post_in_order(*other, other_fd, Kind::kReset);
    } else if (!socket->writes_shut) {
      post_in_order(*other, other_fd, Kind::kEnd);
    }
    other->other = -1;
  }
  free(fd);
  return true;
}

sys::Outcome<sys::Connect> SimulatedKernel::connect(int fd, const sys::RawAddr& addr) {
  Socket* socket = find(fd);
  if (socket == nullptr) return fails(std::errc::bad_file_descriptor);
  if (socket->state != State::kFresh) return fails(std::errc::already_connected);
  socket->peer = sys::inet_of(addr);
  if (socket->peer.v6 != socket->local.v6) return fails(std::errc::address_family_not_supported);
  socket->state = State::kConnecting;
  if (is_unspecified(socket->local)) socket->local.ip = socket->peer.ip;  // every machine is this one
  if (socket->local.port == 0) socket->local.port = next_port();
  post(now() + delay(*socket), Kind::kConnect, fd);
  return noted<sys::Connect>('C', fd, sys::Connect::kUnderWay);
}

int SimulatedKernel::take_error(int fd) {
  Socket* socket = find(fd);
  return socket == nullptr ? code(std::errc::bad_file_descriptor) : std::exchange(socket->error, 0);
}

sys::Outcome<sys::RawAddr> SimulatedKernel::local_addr(int fd) {
  Socket* socket = find(fd);
  if (socket == nullptr) return fails(std::errc::bad_file_descriptor);
  return sys::to_raw(socket->local);
}

sys::Outcome<sys::RawAddr> SimulatedKernel::peer_addr(int fd) {
  Socket* socket = find(fd);
  if (socket == nullptr) return fails(std::errc::bad_file_descriptor);
  if (socket->state != State::kConnected) return fails(std::errc::not_connected);
  return sys::to_raw(socket->peer);
}

sys::Outcome<std::size_t> SimulatedKernel::receive(int fd, std::span<std::byte> into, sys::Peek peek) {
  Socket* socket = find(fd);
  if (const auto error = failure(socket)) return noted<std::size_t>('r', fd, fails(*error));
  if (socket->state == State::kConnected && happens(faults.reset_)) reset(fd, *socket);
  if (socket->state == State::kReset) {
    if (const int error = std::exchange(socket->error, 0)) return noted<std::size_t>('r', fd, fails(error));
    return 0;
  }
  maybe_report_nothing(fd, *socket);
  if (socket->arrived.empty()) {
    if (socket->end_arrived || socket->reads_shut) return noted<std::size_t>('r', fd, 0U);
    return noted<std::size_t>('r', fd, fails(std::errc::resource_unavailable_try_again));
  }
  const std::size_t count = std::min(into.size(), socket->arrived.size());
  std::ranges::copy(std::as_bytes(std::span(socket->arrived)).first(count), into.begin());
  if (peek == sys::Peek::kNo) {
    socket->arrived.erase(0, count);
    socket->unread -= count;
    if (Socket* other = find(socket->other); other != nullptr && other->wants_room) {
      post(now() + delay(*socket), Kind::kRoom, socket->other);
    }
  }
  return noted<std::size_t>('r', fd, count);
}

sys::Outcome<std::size_t> SimulatedKernel::send(int fd, std::span<const std::byte> from) {
  Socket* socket = find(fd);
  if (const auto error = failure(socket)) return noted<std::size_t>('w', fd, fails(*error));
  if (socket->state == State::kConnecting) return fails(std::errc::resource_unavailable_try_again);
  if (socket->state == State::kConnected && happens(faults.reset_)) reset(fd, *socket);
  if (socket->state == State::kReset) {
    const int error = std::exchange(socket->error, 0);
    return noted<std::size_t>('w', fd, fails(error != 0 ? error : code(std::errc::broken_pipe)));
  }
  if (socket->writes_shut) return noted<std::size_t>('w', fd, fails(std::errc::broken_pipe));
  maybe_report_nothing(fd, *socket);
  const int other_fd = socket->other;
  Socket* other = find(other_fd);
  if (other == nullptr) {  // its system answers with a reset
    post(now() + 2 * delay(*socket), Kind::kReset, fd);
    return noted<std::size_t>('w', fd, from.size());
  }
  const std::size_t room = buffer - std::min(buffer, other->unread);
  std::size_t count = std::min(room, from.size());
  if (count > 1 && happens(faults.cut_write_)) {
    count = 1 + random_.below(static_cast<std::uint32_t>(count - 1));
    post(now() + delay(*socket), Kind::kRoom, fd);
  } else if (count < from.size()) {
    socket->wants_room = true;
  }
  if (count == 0) return noted<std::size_t>('w', fd, fails(std::errc::resource_unavailable_try_again));
  std::string bytes(count, '\0');
  std::ranges::copy(from.first(count), std::as_writable_bytes(std::span(bytes)).begin());
  note(std::hash<std::string>()(bytes));
  other->unread += count;
  if (count > 1 && happens(faults.split_)) {
    const std::size_t first = 1 + random_.below(static_cast<std::uint32_t>(count - 1));
    post_in_order(*other, other_fd, Kind::kBytes, bytes.substr(0, first));
    bytes.erase(0, first);
  }
  post_in_order(*other, other_fd, Kind::kBytes, std::move(bytes));
  return noted<std::size_t>('w', fd, count);
}

sys::Outcome<void> SimulatedKernel::shut_down(int fd, sys::Half half) {
  Socket* socket = find(fd);
  if (socket == nullptr) return fails(std::errc::bad_file_descriptor);
  if (socket->state != State::kConnected) return fails(std::errc::not_connected);
  if (half != sys::Half::kWrite) {
    socket->reads_shut = true;
    report(fd, *socket, sys::EpollEvent::kIn | sys::EpollEvent::kReadHangUp);
  }
  if (half == sys::Half::kRead || std::exchange(socket->writes_shut, true)) return {};
  if (Socket* other = find(socket->other)) post_in_order(*other, socket->other, Kind::kEnd);
  if (socket->end_arrived) report(fd, *socket, sys::EpollEvent::kHangUp);
  return {};
}

sys::Outcome<void> SimulatedKernel::set_option(int fd, sys::SocketOption option, int value) {
  Socket* socket = find(fd);
  if (socket == nullptr) return fails(std::errc::bad_file_descriptor);
  socket->options[option] = value;
  return {};
}

sys::Outcome<int> SimulatedKernel::get_option(int fd, sys::SocketOption option) {
  Socket* socket = find(fd);
  if (socket == nullptr) return fails(std::errc::bad_file_descriptor);
  return socket->options[option];
}

sys::Outcome<void> SimulatedKernel::set_linger(int fd, std::optional<int> seconds) {
  Socket* socket = find(fd);
  if (socket == nullptr) return fails(std::errc::bad_file_descriptor);
  socket->resets_on_close = seconds == 0;
  return {};
}

}  // namespace heddle::inline v0::testing
