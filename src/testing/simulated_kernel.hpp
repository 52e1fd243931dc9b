// SPDX-License-Identifier: MIT
// SimulatedKernel: sockets and their poller, made up, with a wire between them on which things take time and go wrong.
//
// What is sent lies on the wire until the clock reaches its time of arrival; the main future of the simulation polls the
// wire, and sleeps until the next arrival as any task sleeps. What arrives changes a socket, and the change is an event
// that the poller reports, once, as epoll does for an edge.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/deadline.hpp>
#include <heddle/base/random.hpp>
#include <heddle/future/waker.hpp>
#include <heddle/runtime/detail/timer_entry.hpp>
#include <heddle/testing/simulation.hpp>

#include "sys/kernel.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace heddle::inline v0::testing {

/// The errno of that name.
constexpr int code(std::errc error) noexcept { return static_cast<int>(error); }

class SimulatedKernel final : public sys::Kernel, public std::enable_shared_from_this<SimulatedKernel> {
 public:
  struct Figures {
    std::uint64_t connections = 0;
    std::uint64_t resets = 0;
    std::uint64_t bytes = 0;
  };

  explicit SimulatedKernel(std::uint64_t seed) : random_(seed) {}

  Faults faults;
  std::size_t max_descriptors = std::numeric_limits<std::size_t>::max();
  std::size_t buffer = std::size_t{64} * 1024;
  std::uint64_t time_limit = base::kForever;  // nanoseconds

  /// Lets arrive what is due, and arms a timer for what is next.
  void poll_wire(Context& cx);
  /// The poller was asked to wait, and nothing could ever end the wait.
  [[nodiscard]] bool is_quiescent() const noexcept { return quiescent_; }
  [[nodiscard]] bool is_late() noexcept { return now() - started_ >= time_limit; }

  void reset_all();
  void cut() noexcept { cut_ = true; }
  void mend();

  /// Those that are open; one that waits to be accepted is none yet.
  [[nodiscard]] std::size_t descriptors() noexcept;
  [[nodiscard]] const Figures& figures() const noexcept { return figures_; }
  [[nodiscard]] std::uint64_t trace() const noexcept { return trace_; }
  /// By the clock of the runtime; when that is gone, its last time.
  [[nodiscard]] std::uint64_t now() noexcept;
  [[nodiscard]] std::uint64_t elapsed() const noexcept { return now_ - started_; }
  /// The runtime that it is for.
  void attach(runtime::Shared& shared) noexcept;
  /// The runtime is about to end.
  void detach() noexcept;

  // sys::Kernel
  std::shared_ptr<sys::Kernel> share() override { return shared_from_this(); }
  sys::Outcome<sys::Fd> socket(sys::Family family, sys::Kind kind) override;
  sys::Outcome<void> bind(int fd, const sys::RawAddr& addr) override;
  sys::Outcome<void> listen(int fd, int backlog) override;
  sys::Outcome<std::pair<int, sys::RawAddr>> accept(int fd) override;
  bool close(int fd) override;
  sys::Outcome<sys::Connect> connect(int fd, const sys::RawAddr& addr) override;
  int take_error(int fd) override;
  sys::Outcome<sys::RawAddr> local_addr(int fd) override;
  sys::Outcome<sys::RawAddr> peer_addr(int fd) override;
  sys::Outcome<std::size_t> receive(int fd, std::span<std::byte> into, sys::Peek peek) override;
  sys::Outcome<std::size_t> send(int fd, std::span<const std::byte> from) override;
  sys::Outcome<void> shut_down(int fd, sys::Half half) override;
  sys::Outcome<void> set_option(int fd, sys::SocketOption option, int value) override;
  sys::Outcome<int> get_option(int fd, sys::SocketOption option) override;
  sys::Outcome<void> set_linger(int fd, std::optional<int> seconds) override;
  int watch(int fd, void* token) override;
  void unwatch(int fd) override;
  std::size_t wait(std::span<sys::EpollEvent> events, std::uint64_t nanoseconds) override;
  void interrupt() noexcept override;

 private:
  enum class State : std::uint8_t { kFresh, kListening, kConnecting, kConnected, kReset };

  struct Socket {
    State state = State::kFresh;
    sys::InetAddr local;
    sys::InetAddr peer;
    // What take_error gives, once.
    int error = 0;
    // What was set is kept, and does nothing.
    std::map<sys::SocketOption, int> options;
    bool resets_on_close = false;

    // Listening: those that may be accepted.
    std::deque<int> queue;
    std::size_t backlog = 0;

    // Connecting: how often no place was left in the queue.
    std::uint32_t refusals = 0;

    // Connected. The other end: -1 when it has been closed.
    int other = -1;
    std::string arrived;
    // Sent to this end and not yet read: what arrived, and what is on the wire.
    std::size_t unread = 0;
    bool end_arrived = false;
    bool reads_shut = false;
    bool writes_shut = false;
    // A write found no room.
    bool wants_room = false;
    std::uint64_t slowness = 1;
    // What is sent to this end arrives no sooner than what was sent before.
    std::uint64_t last_arrival = 0;

    void* token = nullptr;
    // What the poller has to report.
    std::uint32_t events = 0;
  };

  // A descriptor is used again at once, so that a program that keeps a stale one is found out. What is on the wire for its
  // last owner has an older generation.
  struct Slot {
    std::unique_ptr<Socket> socket;
    std::uint32_t generation = 0;
  };

  enum class Kind : std::uint8_t { kConnect, kConnected, kRefused, kBytes, kEnd, kReset, kRoom };

  struct Arrival {
    Kind kind;
    int fd;
    std::uint32_t generation;
    std::string bytes;
  };

  [[nodiscard]] bool happens(std::uint32_t rate) noexcept { return rate != 0 && random_.below(1'000'000) < rate; }
  [[nodiscard]] Slot* slot_of(int fd) noexcept;
  [[nodiscard]] Socket* find(int fd) noexcept;
  [[nodiscard]] std::pair<int, Socket*> open();
  void free(int fd) noexcept;
  [[nodiscard]] int listener_at(const sys::InetAddr& addr) noexcept;
  [[nodiscard]] std::uint16_t next_port() noexcept;
  [[nodiscard]] std::uint64_t delay(const Socket& socket) noexcept;
  void post(std::uint64_t when, Kind kind, int fd, std::string bytes = {});
  void post_in_order(Socket& to, int fd, Kind kind, std::string bytes = {});
  void deliver(Arrival& arrival);
  void meet(int fd, Socket& client);
  void reset(int fd, Socket& socket);
  void lose(int fd, Socket& socket, int error);
  void report(int fd, Socket& socket, std::uint32_t events);
  void maybe_report_nothing(int fd, Socket& socket);
  /// Whether a system call on `fd` says `error` before it has begun.
  [[nodiscard]] std::optional<int> failure(Socket* socket);
  /// Makes `value` a part of the trace.
  void note(std::uint64_t value) noexcept;
  template <class T>
  sys::Outcome<T> noted(char call, int fd, sys::Outcome<T> outcome) noexcept;
  [[nodiscard]] bool may_be_woken() const noexcept;

  base::FastRandom random_;
  std::vector<Slot> slots_;
  std::vector<int> free_;
  std::vector<int> listeners_;
  std::uint16_t next_port_ = 32768;
  // By the time of arrival, and among equals in the order sent.
  std::map<std::pair<std::uint64_t, std::uint64_t>, Arrival> wire_;
  std::uint64_t posted_ = 0;
  // Those with events.
  std::vector<int> ready_;

  runtime::Shared* shared_ = nullptr;
  std::uint64_t now_ = 0;
  std::uint64_t started_ = 0;
  runtime::detail::TimerEntry timer_;
  std::uint64_t armed_for_ = 0;
  Waker main_;
  bool cut_ = false;
  bool quiescent_ = false;
  Figures figures_;
  std::uint64_t trace_ = 0;
  // Set by interrupt(), from any thread, with release; taken with acquire by the thread of the simulation.
  base::atomic<std::uint32_t> interrupted_{0};
};

}  // namespace heddle::inline v0::testing
