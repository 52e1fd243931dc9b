// SPDX-License-Identifier: MIT
// Simulation: runs a program on a runtime, a clock and a network that are made up, and the same each time.
#pragma once

#include <heddle/future/future.hpp>
#include <heddle/future/waker.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/runtime/runtime.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::testing {

/// What goes wrong in a simulated network, and how often: each rate is so many in a million.
///
/// It is read whenever something may go wrong, so a program may change it while it runs: Network::set_faults.
class Faults {
 public:
  /// Nothing goes wrong, and everything arrives at once.
  Faults() noexcept {}

  /// Rates and delays drawn from `seed`, each from none to what makes most programs fall over.
  [[nodiscard]] static Faults storm(std::uint64_t seed) noexcept;

  /// What is sent arrives after a time between the two, in order; whole milliseconds.
  Faults& delay(std::chrono::milliseconds least, std::chrono::milliseconds most) noexcept;
  /// Connections whose bytes take a hundred times as long, drawn when they are made.
  Faults& slow(std::uint32_t rate) noexcept { return set(slow_, rate); }
  /// Connects that are refused, though somebody listens.
  Faults& refuse(std::uint32_t rate) noexcept { return set(refuse_, rate); }
  /// Reads and writes that find the connection reset by the network: both ends lose what is under way.
  Faults& reset(std::uint32_t rate) noexcept { return set(reset_, rate); }
  /// Connections that end in the listener's queue: accept says ECONNABORTED.
  Faults& abort_accept(std::uint32_t rate) noexcept { return set(abort_accept_, rate); }
  /// Calls that would make a descriptor and find the table full (EMFILE).
  Faults& no_descriptor(std::uint32_t rate) noexcept { return set(no_descriptor_, rate); }
  /// Calls that a signal interrupts (EINTR).
  Faults& interrupt(std::uint32_t rate) noexcept { return set(interrupt_, rate); }
  /// Messages that arrive cut in two.
  Faults& split(std::uint32_t rate) noexcept { return set(split_, rate); }
  /// Writes that take less than they could.
  Faults& cut_write(std::uint32_t rate) noexcept { return set(cut_write_, rate); }
  /// Calls after which the poller reports a readiness that isn't there.
  Faults& spurious(std::uint32_t rate) noexcept { return set(spurious_, rate); }

  /// All of it, in one line.
  [[nodiscard]] std::string to_string() const;

 private:
  friend class SimulatedKernel;
  Faults& set(std::uint32_t& rate, std::uint32_t value) noexcept {
    rate = value;
    return *this;
  }

  std::uint64_t least_delay_ = 0;  // nanoseconds
  std::uint64_t most_delay_ = 0;
  std::uint32_t slow_ = 0;
  std::uint32_t refuse_ = 0;
  std::uint32_t reset_ = 0;
  std::uint32_t abort_accept_ = 0;
  std::uint32_t no_descriptor_ = 0;
  std::uint32_t interrupt_ = 0;
  std::uint32_t split_ = 0;
  std::uint32_t cut_write_ = 0;
  std::uint32_t spurious_ = 0;

  HEDDLE_FIELDS(least_delay_, most_delay_, slow_, refuse_, reset_, abort_accept_, no_descriptor_, interrupt_, split_,
                cut_write_, spurious_);
};

/// Thrown by Simulation::run: whatever went wrong in it, behind the seed and the faults that bring it back. The exception
/// itself, if one left the program, is nested in this one (std::rethrow_if_nested).
class SimulationFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

 private:
  // It adds nothing to its base, whose text is shared and constant.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

class SimulatedKernel;

/// Plays a program on a made-up machine: one thread, a clock that jumps, and a network within the process, all of it drawn
/// from a seed. The program is what it always is: tasks, timers, TcpListener, TcpStream.
///
///     testing::Simulation(7).faults(testing::Faults::storm(7)).run(serve, "10.0.0.1:80");
///
/// - Ready tasks are polled in a random order, and so are the arms of a select.
/// - Time passes only when nothing else can happen, and then at once: an hour of timeouts costs nothing.
/// - Every address exists, and connects to whoever listens there. A socket behaves as one of the system, backlog, buffers,
///   half close and resets included, and fails as Faults says.
/// - The same seed gives the same run: replay a failure with the seed that its message names. What the program takes from
///   elsewhere isn't covered: threads of its own and of spawn_blocking, the system's clock and its random numbers, the
///   order of addresses in memory.
///
/// Errors      run() throws SimulationFailed: for an exception that leaves the program; when nothing can happen any more
///             although the program hasn't ended, or its time limit has passed; when descriptors are left open after everything was dropped.
/// Threads     One at a time per thread; each runs on the thread that calls run().
///
/// Corresponds to turmoil and madsim.
class Simulation {
 public:
  explicit Simulation(std::uint64_t seed);
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  ~Simulation();

  /// From the start; default: none.
  Simulation& faults(const Faults& faults);
  /// How many descriptors there may be; one more is EMFILE. Default: no limit.
  Simulation& max_descriptors(std::size_t count) noexcept;
  /// How many bytes a connection holds in each direction before a write has to wait, at least 1; default: 64 KiB.
  Simulation& buffer(std::size_t bytes) noexcept;
  /// How long it may take by its own clock. Default: for ever; but a program that waits in vain with a timer that fires again
  /// and again doesn't end then.
  Simulation& time_limit(std::chrono::nanoseconds limit) noexcept;

  /// Runs `app(args…)`, a function that returns a future, until that is ready, then drops all tasks. Returns what it gives.
  template <class F, class... Args>
    requires std::invocable<F, Args...>
  auto run(F&& app, Args&&... args) {
    using Output = typename std::invoke_result_t<F, Args...>::Output;
    std::optional<base::Stored<Output>> result;
    play([&](runtime::Runtime& runtime) {
      // Made and dropped while the runtime stands, as a program's main future is.
      auto program = std::invoke(std::forward<F>(app), std::forward<Args>(args)...);
      Driven driven(*this, program);
      if constexpr (std::is_void_v<Output>) {
        runtime.block_on(std::move(driven));
      } else {
        result.emplace(runtime.block_on(std::move(driven)));
      }
    });
    if constexpr (!std::is_void_v<Output>) return *std::move(result);
  }

  /// What has happened so far, drawn together to a number: two runs with the same one did the same.
  [[nodiscard]] std::uint64_t trace() const noexcept;
  /// How long it took, by its own clock.
  [[nodiscard]] std::chrono::nanoseconds elapsed() const noexcept;
  /// Connections that were made; those of them that were reset, by an end or by the network; bytes that arrived.
  [[nodiscard]] std::uint64_t connections() const noexcept;
  [[nodiscard]] std::uint64_t resets() const noexcept;
  [[nodiscard]] std::uint64_t bytes() const noexcept;

 private:
  /// Moves the network before each poll of the program.
  template <class F>
  class Driven {
   public:
    using Output = typename F::Output;
    Driven(Simulation& simulation, F& future) noexcept : simulation_(simulation), future_(future) {}
    Poll<Output> poll(Context& cx) {
      simulation_.poll_network(cx);
      return future_.poll(cx);
    }

   private:
    Simulation& simulation_;
    F& future_;
  };

  void play(const std::function<void(runtime::Runtime&)>& program);
  void poll_network(Context& cx);

  const std::shared_ptr<SimulatedKernel> kernel_;
  const std::uint64_t seed_;
};

/// The network of the simulation that runs on this thread, for a program that plays the weather.
///
/// Errors      std::logic_error outside of a simulation.
class Network {
 public:
  Network();

  /// From now on.
  void set_faults(const Faults& faults) const;
  void set_max_descriptors(std::size_t count) const noexcept;
  /// Resets every connection that stands.
  void reset_all() const;
  /// Nothing arrives any more while it is cut: what is sent waits.
  void cut() const noexcept;
  void mend() const;
  /// Descriptors that are open.
  [[nodiscard]] std::size_t descriptors() const noexcept;

 private:
  SimulatedKernel* kernel_;
};

/// Plays `program(simulation)` with the seeds 1, 2, …, `count`, each in a Simulation of its own with a storm of its faults.
/// With HEDDLE_SIM_SEED=n in the environment: only with n.
///
/// Example     for_each_seed(1000, [](Simulation& simulation) { simulation.run(app); });
void for_each_seed(std::uint64_t count, const std::function<void(Simulation&)>& program);

}  // namespace heddle::inline v0::testing
