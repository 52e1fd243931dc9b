// SPDX-License-Identifier: MIT
// Threads and turns.
#include "engine.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace heddle_model::detail {

bool watching = false;

Engine& engine() {
  static Engine& instance = *new Engine;  // never destroyed: memory is freed until the very end
  return instance;
}

void Engine::prepare(const Options& options, bool reduce) noexcept {
  options_ = options;
  reduce_ = reduce;
}

Engine::End Engine::run(const std::function<void()>& model) {
  tape_.rewind();
  shadow_.start_run();
  ++run_;
  model_ = &model;
  thread_count_ = current_ = preemptions_ = idle_rounds_ = 0;
  sleep_ = 0;
  steps_ = 0;
  stale_loads_ = options_.stale_loads;
  weak_failures_ = options_.weak_failures;
  spurious_wakes_ = options_.spurious_wakes;
  early_timeouts_ = options_.early_timeouts;
  changes_ = stores_ = now_ = 0;
  history_count_ = 0;
  events_.clear();
  foreign_.clear();
  failure_.clear();
  running_ = true;
  outside_.switch_to(start_thread(nullptr).fiber);
  running_ = false;
  if (end_ == End::kDone) {
    failure_ = shadow_.leaks();
    if (!failure_.empty()) end_ = End::kFailed;
  }
  if (end_ != End::kFailed && tape_.diverged()) {
    failure_ = "the model did something else than before with the same decisions: it must be deterministic";
    end_ = End::kFailed;
  }
  return end_;
}

void Engine::leave(End end) {
  end_ = end;
  me().reusable = false;
  me().fiber.switch_to(outside_);
  std::unreachable();  // the next run starts the fiber anew
}

void Engine::fail(std::string_view message) {
  watching = false;
  failure_ = message;  // copied: it may be in the run's heap
  leave(End::kFailed);
}

Engine::Thread& Engine::start_thread(std::move_only_function<void()>* body) {
  const unsigned index = thread_count_++;
  Thread& thread = threads_[index];
  if (thread.reusable) {
    thread.fiber.renew();
  } else {
    thread.fiber.start(shadow_.stack(index), Shadow::kStackBytes, &Engine::enter);
  }
  thread.reusable = false;
  thread.state = Thread::State::kReady;
  thread.body = body;
  thread.clock = Clock();
  thread.clock.at[index] = 1;
  thread.next = Step();
  thread.arrived = 0;
  thread.word = nullptr;
  thread.at_exit.clear();
  return thread;
}

void Engine::Thread::destroy_thread_locals() {
  // A destructor may make others.
  while (!at_exit.empty()) {
    const auto [destroy, object] = at_exit.back();
    at_exit.pop_back();
    destroy(object);
  }
}

void Engine::enter() {
  for (;;) engine().run_thread();
}

void Engine::run_thread() {
  Thread& thread = me();
  watching = true;
  try {
    if (thread.body == nullptr) {
      (*model_)();
    } else {
      (*thread.body)();
      delete thread.body;
    }
    thread.destroy_thread_locals();
  } catch (const std::exception& error) {
    fail(std::string("an exception leaves a thread: ") + error.what());
  } catch (...) {
    fail("an exception leaves a thread");
  }
  watching = false;
  begin({"ends", &thread, true, false, std::source_location()});
  events_.push_back({current_, thread.next, 0, 0, 0});
  thread.state = Thread::State::kFinished;
  ++changes_;
  for (unsigned i = 0; i < thread_count_; ++i) {
    Thread& other = threads_[i];
    if (other.state == Thread::State::kJoining && other.joins == current_) other.state = Thread::State::kReady;
  }
  thread.reusable = true;
  if (std::all_of(threads_.begin(), threads_.begin() + thread_count_,
                  [](const Thread& each) { return each.state == Thread::State::kFinished; })) {
    end_ = End::kDone;
    thread.fiber.switch_to(outside_);
  } else {
    give_turn();
  }
}

bool Engine::is_ready(const Thread& thread) const noexcept {
  return thread.state == Thread::State::kReady ||
         (thread.state == Thread::State::kYielded && thread.changes != changes_);
}

void Engine::begin(const Step& step) {
  Thread& thread = me();
  thread.next = step;
  if (++steps_ > options_.most_steps) fail("the run has no end in sight: a loop without progress?");
  give_turn();
  ++thread.clock.at[current_];
}

void Engine::give_turn() {
  const Turn turn = choose();
  Thread& next = threads_[turn.thread];
  if (turn.by_itself) {
    if (next.deadline != kNoDeadline && early_timeouts_ != 0) {
      --early_timeouts_;
      now_ = std::max(now_, next.deadline);
      wake(next, true);
    } else {
      --spurious_wakes_;
      wake(next, false);
    }
  }
  next.state = next.state == Thread::State::kYielded ? Thread::State::kReady : next.state;
  if (turn.thread == current_) return;
  Thread& before = me();
  current_ = turn.thread;
  before.fiber.switch_to(next.fiber);
}

Turn Engine::choose() {
  Tape::Turns turns;
  for (collect(turns); turns.count == 0; collect(turns)) {
    if (!stir()) fail(stuck());
  }
  const std::optional<Turn> turn = tape_.pick_turn(turns, sleep_);
  if (!turn) leave(End::kPruned);
  if (is_ready(me()) && *turn != Turn{static_cast<std::uint8_t>(current_), false}) ++preemptions_;
  if (!reduce_ || turn->by_itself) {
    sleep_ = 0;
    return *turn;
  }
  const Step& step = threads_[turn->thread].next;
  for (unsigned i = 0; i < thread_count_; ++i) {
    if (i == turn->thread || threads_[i].next.depends_on(step)) sleep_ = static_cast<ThreadSet>(sleep_ & ~only(i));
  }
  return *turn;
}

void Engine::collect(Tape::Turns& turns) const {
  const bool goes_on = is_ready(threads_[current_]);
  if (goes_on) turns.add({static_cast<std::uint8_t>(current_), false});
  if (goes_on && preemptions_ >= options_.preemptions) return;
  for (unsigned i = 0; i < thread_count_; ++i) {
    if (i != current_ && is_ready(threads_[i])) turns.add({static_cast<std::uint8_t>(i), false});
  }
  // Nobody is saved from a deadlock by chance.
  if (turns.count == 0) return;
  for (unsigned i = 0; i < thread_count_; ++i) {
    const Thread& thread = threads_[i];
    if (thread.state != Thread::State::kAsleep) continue;
    if (spurious_wakes_ != 0 || (early_timeouts_ != 0 && thread.deadline != kNoDeadline)) {
      turns.add({static_cast<std::uint8_t>(i), true});
    }
  }
}

bool Engine::stir() {
  bool yielded = false;
  Thread* earliest = nullptr;
  for (unsigned i = 0; i < thread_count_; ++i) {
    Thread& thread = threads_[i];
    yielded |= thread.state == Thread::State::kYielded;
    const bool timed = thread.state == Thread::State::kAsleep && thread.deadline != kNoDeadline;
    if (timed && (earliest == nullptr || thread.deadline < earliest->deadline)) earliest = &thread;
  }
  // Once more around for those who spin: the stores that are under way have arrived by now. Then time passes.
  constexpr unsigned kRounds = 4;
  if (yielded && idle_rounds_ < kRounds) {
    ++idle_rounds_;
    ++changes_;
    return true;
  }
  if (earliest == nullptr) return false;
  now_ = std::max(now_, earliest->deadline);
  for (unsigned i = 0; i < thread_count_; ++i) {
    if (threads_[i].state == Thread::State::kAsleep && threads_[i].deadline <= now_) wake(threads_[i], true);
  }
  idle_rounds_ = 0;
  return true;
}

void Engine::wake(Thread& thread, bool timed_out) noexcept {
  thread.state = Thread::State::kReady;
  thread.word = nullptr;
  thread.timed_out = timed_out;
  thread.next = Step();
}

void Engine::yield() {
  Thread& thread = me();
  thread.state = Thread::State::kYielded;
  thread.changes = changes_;
  thread.arrived = stores_;
  // A thread that waits for a change: no order of what follows stands for another.
  tape_.mark_restless();
  sleep_ = 0;
  begin({"yields", nullptr, false, false, std::source_location()});
}

unsigned Engine::spawn(std::move_only_function<void()>* body, std::source_location where) {
  if (thread_count_ == kMaxThreads) fail("a model has at most 8 threads");
  begin({"spawns", nullptr, false, false, where});
  const unsigned index = thread_count_;
  events_.push_back({current_, me().next, 0, 0, index});
  Thread& child = start_thread(body);
  child.clock.join(me().clock);
  ++me().clock.at[current_];
  return index;
}

void Engine::join(unsigned index, std::source_location where) {
  Thread& other = threads_[index];
  if (other.state != Thread::State::kFinished) {
    me().state = Thread::State::kJoining;
    me().joins = index;
  }
  begin({"joins", &other, false, false, where});
  events_.push_back({current_, me().next, 0, 0, index});
  me().clock.join(other.clock);
}

bool Engine::futex_wait(const Object& word, std::uint32_t expected, std::uint64_t deadline,
                        std::source_location where) {
  begin({"waits for a change of", &word.anchor, true, false, where});
  History& of = history(word);
  // The system reads the word as it is, and no later load of this thread finds an older store.
  const std::uint64_t value = find(of, of.newest(), std::memory_order_relaxed);
  note(word, value, expected);
  if (value != expected) return true;
  if (deadline <= now_) return false;
  Thread& thread = me();
  thread.state = Thread::State::kAsleep;
  thread.word = &word.anchor;
  thread.deadline = deadline;
  thread.timed_out = false;
  give_turn();
  return !thread.timed_out;
}

unsigned Engine::futex_wake(const Object& word, unsigned count, std::source_location where) {
  begin({"wakes who waits for", &word.anchor, true, false, where});
  unsigned woken = 0;
  for (; woken < count; ++woken) {
    std::array<Thread*, kMaxThreads> sleepers;
    unsigned found = 0;
    for (unsigned i = 0; i < thread_count_; ++i) {
      const bool waits = threads_[i].state == Thread::State::kAsleep && threads_[i].word == &word.anchor;
      if (waits) sleepers[found++] = &threads_[i];
    }
    if (found == 0) break;
    wake(*sleepers[tape_.pick_value(count - woken >= found ? 1 : found)], false);
  }
  note(word, history(word).stores.back().value, woken);
  return woken;
}

}  // namespace heddle_model::detail
