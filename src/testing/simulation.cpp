// SPDX-License-Identifier: MIT
// Running a simulation, and the weather in it.
#include <heddle/testing/simulation.hpp>

#include <heddle/base/deadline.hpp>
#include <heddle/base/random.hpp>
#include <heddle/channel/detail/trace.hpp>
#include <heddle/future/select.hpp>

#include "base/describe.hpp"
#include "runtime/current.hpp"
#include "testing/simulated_kernel.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <utility>

namespace heddle::inline v0::testing {

namespace {

/// Thrown out of the program when it doesn't come to its end.
class Endless : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Of this thread, while it plays one.
constinit thread_local SimulatedKernel* playing = nullptr;

/// Puts the kernel in the system's place.
class OnStage {
 public:
  explicit OnStage(SimulatedKernel& kernel) noexcept
      : kernel_before_(sys::set_kernel(&kernel)), playing_before_(std::exchange(playing, &kernel)) {}
  OnStage(const OnStage&) = delete;
  OnStage& operator=(const OnStage&) = delete;
  ~OnStage() {
    sys::set_kernel(kernel_before_);
    playing = playing_before_;
  }

 private:
  sys::Kernel* kernel_before_;
  SimulatedKernel* playing_before_;
};

}  // namespace

Faults& Faults::delay(std::chrono::milliseconds least, std::chrono::milliseconds most) noexcept {
  least_delay_ = base::saturated_ns(least);
  most_delay_ = std::max(least_delay_, base::saturated_ns(most));
  return *this;
}

Faults Faults::storm(std::uint64_t seed) noexcept {
  base::FastRandom random(~seed);
  const auto up_to = [&](std::uint32_t most) { return random.below(2) == 0 ? 0 : random.below(most); };
  Faults faults;
  const std::chrono::milliseconds least(up_to(20));
  faults.delay(least, least + std::chrono::milliseconds(up_to(200)));
  faults.slow(up_to(100'000)).refuse(up_to(100'000)).reset(up_to(20'000)).abort_accept(up_to(100'000));
  faults.no_descriptor(up_to(50'000)).interrupt(up_to(200'000)).split(up_to(500'000)).cut_write(up_to(500'000));
  faults.spurious(up_to(200'000));
  return faults;
}

std::string Faults::to_string() const {
  std::string text = "delay " + std::to_string(least_delay_ / 1'000'000) + " to " +
                     std::to_string(most_delay_ / 1'000'000) + " ms; in a million:";
  const auto add = [&text](const char* name, std::uint32_t rate) {
    if (rate != 0) text += std::string(" ") + name + " " + std::to_string(rate);
  };
  add("slow", slow_);
  add("refuse", refuse_);
  add("reset", reset_);
  add("abort_accept", abort_accept_);
  add("no_descriptor", no_descriptor_);
  add("interrupt", interrupt_);
  add("split", split_);
  add("cut_write", cut_write_);
  add("spurious", spurious_);
  return text;
}

Simulation::Simulation(std::uint64_t seed) : kernel_(std::make_shared<SimulatedKernel>(seed)), seed_(seed) {}
Simulation::~Simulation() = default;

Simulation& Simulation::faults(const Faults& faults) {
  kernel_->faults = faults;
  return *this;
}
Simulation& Simulation::max_descriptors(std::size_t count) noexcept {
  kernel_->max_descriptors = count;
  return *this;
}
Simulation& Simulation::time_limit(std::chrono::nanoseconds limit) noexcept {
  kernel_->time_limit = base::saturated_ns(limit);
  return *this;
}
Simulation& Simulation::buffer(std::size_t bytes) noexcept {
  kernel_->buffer = bytes;
  return *this;
}

std::uint64_t Simulation::trace() const noexcept { return kernel_->trace(); }
std::chrono::nanoseconds Simulation::elapsed() const noexcept { return std::chrono::nanoseconds(kernel_->elapsed()); }
std::uint64_t Simulation::connections() const noexcept { return kernel_->figures().connections; }
std::uint64_t Simulation::resets() const noexcept { return kernel_->figures().resets; }
std::uint64_t Simulation::bytes() const noexcept { return kernel_->figures().bytes; }

void Simulation::play(const std::function<void(runtime::Runtime&)>& program) {
  const std::string faults = kernel_->faults.to_string();
  const auto fail = [&](const std::string& why) {
    return SimulationFailed("simulation with seed " + std::to_string(seed_) + " (" + faults + "): " + why);
  };
  const OnStage on_stage(*kernel_);
  future::detail::seed_random(seed_);
  try {
    auto runtime = runtime::detail::make_simulated(seed_);
    if (!runtime) throw fail(runtime.error().message());
    struct Attached {
      SimulatedKernel& kernel;
      ~Attached() { kernel.detach(); }
    } const attached{*kernel_};
    program(*runtime);
  } catch (const SimulationFailed&) {
    throw;
  } catch (...) {
    std::throw_with_nested(fail(base::describe(std::current_exception())));
  }
  if (const std::size_t open = kernel_->descriptors(); open != 0) {
    throw fail(std::to_string(open) + " descriptors are open after everything was dropped");
  }
}

void Simulation::poll_network(Context& cx) {
  kernel_->attach(*runtime::detail::current().shared);
  if (kernel_->is_quiescent()) {
    const std::string channels = channel::detail::describe_waiting_channels([] { return true; });
    throw Endless("nothing can happen any more, but the program has not ended" +
                  (channels.empty() ? std::string() : ":\n" + channels));
  }
  if (kernel_->is_late()) throw Endless("the time limit has passed, and the program has not ended");
  kernel_->poll_wire(cx);
}

Network::Network() : kernel_(playing) {
  if (kernel_ == nullptr) throw std::logic_error("testing::Network: no simulation runs on this thread");
}
void Network::set_faults(const Faults& faults) const { kernel_->faults = faults; }
void Network::set_max_descriptors(std::size_t count) const noexcept { kernel_->max_descriptors = count; }
void Network::reset_all() const { kernel_->reset_all(); }
void Network::cut() const noexcept { kernel_->cut(); }
void Network::mend() const { kernel_->mend(); }
std::size_t Network::descriptors() const noexcept { return kernel_->descriptors(); }

void for_each_seed(std::uint64_t count, const std::function<void(Simulation&)>& program) {
  const auto play = [&](std::uint64_t seed) {
    Simulation simulation(seed);
    simulation.faults(Faults::storm(seed));
    program(simulation);
  };
  if (const char* only = std::getenv("HEDDLE_SIM_SEED")) return play(std::strtoull(only, nullptr, 10));
  for (std::uint64_t seed = 1; seed <= count; ++seed) play(seed);
}

}  // namespace heddle::inline v0::testing
