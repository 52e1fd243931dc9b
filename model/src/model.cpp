// SPDX-License-Identifier: MIT
// The checker's face: explorations, and the operations of a model.
#include <heddle_model/model.hpp>

#include "engine.hpp"
#include "mutation.hpp"

#include <array>
#include <csignal>
#include <utility>

#include <sys/single_threaded.h>

namespace heddle_model {

using namespace detail;

namespace {

// Turns what would end the process while a model runs into a failure of that run.
class Signals {
 public:
  Signals() {
    struct sigaction action {};
    action.sa_handler = [](int signal) {
      if (engine().is_running()) engine().fail(signal == SIGABRT ? "abort() was called" : "a bad access to memory");
    };
    action.sa_flags = SA_NODEFER;  // the handler doesn't return
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &before_[i]);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  }

 private:
  static constexpr std::array kSignals{SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
  std::array<struct sigaction, kSignals.size()> before_{};
};

class Exploration {
 public:
  Exploration(const Options& options, const std::function<void()>& model) : options_(options), model_(model) {}

  Report explore() {
    // Or shared_ptr counts without atomics, and the checker sees no order.
    __libc_single_threaded = 0;
    if (!options_.replay.empty()) {
      replay();
    } else {
      search();
      if (!report_.failed) randomise();
    }
    return std::move(report_);
  }

 private:
  // The first letter of a replay: whether the bound of preemptions holds.
  static constexpr char kBounded = 'b', kUnbounded = 'u';

  Engine::End run(char mark) {
    const Engine::End end = engine_.run(model_);
    report_.longest = std::max(report_.longest, engine_.steps());
    if (end == Engine::End::kFailed) {
      report_.failed = true;
      report_.message = engine_.failure();
      report_.schedule = engine_.schedule();
      report_.replay = mark + engine_.tape().replay();
    }
    return end;
  }

  void search() {
    engine_.prepare(options_, options_.preemptions == kAllInterleavings);
    engine_.tape().search();
    do {
      if (report_.executions + report_.pruned == options_.most_executions) return;
      ++(run(kBounded) == Engine::End::kPruned ? report_.pruned : report_.executions);
    } while (!report_.failed && engine_.tape().advance());
    report_.complete = !report_.failed;
  }

  void prepare_unbounded() {
    Options unbounded = options_;
    unbounded.preemptions = kAllInterleavings;
    engine_.prepare(unbounded, false);
  }

  void randomise() {
    prepare_unbounded();
    const std::uint32_t steps = report_.longest;
    for (std::uint64_t i = 0; i < options_.random_executions && !report_.failed; ++i) {
      engine_.tape().randomise(options_.seed + i, options_.depth, steps);
      run(kUnbounded);
      ++report_.random_executions;
      if (report_.failed) report_.message += "\n  by the seed " + std::to_string(options_.seed + i);
    }
  }

  void replay() {
    const char mark = options_.replay[0];
    if (mark == kBounded) {
      engine_.prepare(options_, false);
    } else {
      prepare_unbounded();
    }
    engine_.tape().follow(options_.replay.substr(1));
    run(mark);
    ++report_.executions;
  }

  const Options& options_;
  const std::function<void()>& model_;
  const Signals signals_;
  Engine& engine_ = engine();
  Report report_;
};

}  // namespace

Report explore(const Options& options, const std::function<void()>& model) {
  return Exploration(options, model).explore();
}

Thread spawn(std::move_only_function<void()> body, std::source_location where) {
  auto* kept = new std::move_only_function<void()>(std::move(body));
  const Inside inside;
  return Thread(engine().spawn(kept, where));
}

void Thread::join(std::source_location where) {
  const Inside inside;
  engine().join(index_, where);
}

void yield() noexcept {
  if (!watching) return;
  const Inside inside;
  engine().yield();
}

void spin_hint() noexcept { yield(); }

void ensure(bool condition, const char* sentence, std::source_location where) {
  if (condition) return;
  fail(std::string("not ensured: ") + sentence + "\n  " + where.file_name() + ":" + std::to_string(where.line()));
}

void fail(const std::string& message) { engine().fail(message); }

bool futex_wait(const atomic<std::uint32_t>& word, std::uint32_t expected, std::uint64_t deadline,
                std::source_location where) {
  const Inside inside;
  return engine().futex_wait(word.object(), expected, deadline, where);
}

unsigned futex_wake(const atomic<std::uint32_t>& word, unsigned count, std::source_location where) {
  const Inside inside;
  return engine().futex_wake(word.object(), count, where);
}

std::uint64_t now() noexcept { return engine().now(); }

namespace detail {

void created(const Object& object) {
  const Inside inside;
  engine().created(object, __builtin_return_address(0));
}

void destroyed(const Object& object) {
  const Inside inside;
  engine().destroyed(object, __builtin_return_address(0));
}

std::uint64_t load(const Object& object, std::memory_order order, std::source_location where) {
  const Inside inside;
  return engine().load(object, mutation()(Use::kLoad, order, where), where);
}

void store(const Object& object, std::uint64_t value, std::memory_order order, std::source_location where) {
  const Inside inside;
  engine().store(object, value, mutation()(Use::kStore, order, where), where);
}

std::uint64_t modify(const Object& object, Modify how, std::uint64_t operand, std::memory_order order,
                     std::source_location where) {
  const Inside inside;
  return engine().modify(object, how, operand, mutation()(Use::kModify, order, where), where);
}

bool compare_exchange(const Object& object, Comparison& comparison, std::source_location where) {
  const Inside inside;
  comparison.success = mutation()(Use::kExchange, comparison.success, where);
  comparison.failure = mutation()(Use::kExchangeFailure, comparison.failure, where);
  return engine().compare_exchange(object, comparison, where);
}

void accessed(const void* object, std::size_t size, bool writes, std::source_location) {
  if (!watching) return;
  const Inside inside;
  engine().access(object, size, writes ? Access::kWrite : Access::kRead, __builtin_return_address(0));
}

}  // namespace detail
}  // namespace heddle_model
