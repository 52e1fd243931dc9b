// SPDX-License-Identifier: MIT
// A worker's loop: find a task, run it, now and then look at the driver; sleep when there is nothing.
//
// Whom to wake, and when. On the machines that we measure, waking a thread on another core costs the waker about 5 us
// and takes 40 us, and moving a task of 50 ns to another core costs ten times its run. So a worker calls for help only
// when the work that waits in its queue is worth the wake: tasks times the measured length of a poll. Nothing is lost
// by that: a worker never sleeps while its own queue holds tasks.
#include "runtime/multi_thread.hpp"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

namespace heddle::inline v0::runtime::detail {

namespace {

// How long queued work may be expected to take before another worker is woken for it, or steals it from an awake one.
constexpr std::uint64_t kWorthWaking = 50'000;
constexpr std::uint64_t kWorthStealing = 5'000;
// Nobody is woken for polls that are shorter: what a task holds in memory takes as long to get to another core. Should
// there be so many that they stand for milliseconds, the clock sees it.
constexpr std::uint32_t kWorthMoving = 500;
// A busy worker looks at the driver when its interval comes, but no more often than this: a look costs 1 us.
constexpr std::uint64_t kTurnEvery = 50'000;
// Three tasks in a row may pass the others through the LIFO slot (Tokio's number): a pair that wakes each other
// keeps its cache, and can't starve the rest.
constexpr std::uint32_t kLifoInARow = 3;
// How many tasks may run ahead within one poll, as long as the coarse clock doesn't move.
constexpr std::uint32_t kMostAhead = 1024;
constexpr std::size_t kFewestEvents = 16;
constexpr std::size_t kInjectedBatch = RunQueue::kCapacity / 2;

}  // namespace

MultiThreadWorker::MultiThreadWorker(MultiThread& shared, std::size_t index, const Config& config)
    : shared_(shared),
      index_(index),
      event_interval_(config.event_interval),
      global_queue_interval_(config.global_queue_interval),
      random_(config.seed + index) {}

void MultiThreadWorker::run(Seat& seat) {
  resume();
  while (!shared_.shut_down_.load(base::acquire)) {
    ++tick_;
    if (tick_ - driver_tick_ >= event_interval_) turn_driver();
    TaskHeader* task = next_task();
    if (task == nullptr) task = steal();
    if (task == nullptr) {
      park();
    } else if (!run_one(*task, seat)) {
      return;
    }
  }
  hand_over();
  static_cast<void>(seat.lease.give_up());
}

TaskHeader* MultiThreadWorker::next_task() noexcept {
  if (tick_ - injected_tick_ >= global_queue_interval_) {
    injected_tick_ = tick_;
    if (TaskHeader* task = pop_injected()) return task;
  }
  if (has_own()) {
    if (lifo_in_a_row_ < kLifoInARow) {
      ++lifo_in_a_row_;
      return lifo_ != nullptr ? std::exchange(lifo_, nullptr) : young_.pop_newest();
    }
    if (TaskHeader* task = young_.pop_oldest()) push(*task);
    if (lifo_ != nullptr) push(*std::exchange(lifo_, nullptr));
  }
  lifo_in_a_row_ = 0;
  if (TaskHeader* task = queue_.pop()) return task;
  return pop_injected();
}

TaskHeader* MultiThreadWorker::pop_injected() noexcept {
  const std::size_t size = shared_.injected_.size();
  if (size == 0) return nullptr;
  TaskQueue batch;
  const std::size_t share = size / shared_.workers_.size() + 1;
  shared_.injected_.pop(batch, std::min({share, queue_.room() + 1, kInjectedBatch}));
  TaskHeader* first = batch.pop_front();
  while (TaskHeader* task = batch.pop_front()) queue_.push(*task, shared_.injected_);
  return first;
}

bool MultiThreadWorker::is_worth(std::size_t tasks, std::uint64_t nanoseconds) const noexcept {
  return tasks * poll_length_.get() >= nanoseconds;
}

TaskHeader* MultiThreadWorker::steal() noexcept {
  const auto workers = static_cast<std::uint32_t>(shared_.workers_.size());
  if (workers == 1) return nullptr;
  if (!searching_ && !shared_.idle_.try_search()) return nullptr;
  searching_ = true;
  const std::uint32_t start = random_.below(workers);
  for (std::uint32_t i = 0; i < workers; ++i) {
    MultiThreadWorker& victim = *shared_.workers_[(start + i) % workers];
    if (&victim == this || !victim.is_worth(victim.queue_.size(), kWorthStealing)) continue;
    if (TaskHeader* task = victim.queue_.steal_into(queue_)) {
      metrics.steal_operations.add();
      metrics.steals.add(queue_.size() + 1);  // it was empty
      return task;
    }
  }
  return pop_injected();
}

bool MultiThreadWorker::run_one(TaskHeader& task, Seat& seat) noexcept {
  if (searching_) {
    searching_ = false;
    // While we searched nobody was woken; if there is more, someone else should come.
    if (shared_.idle_.stop_search()) call_for_help();
  }
  metrics.polls.add();
  if (metrics.polls.get() % PollLength::kMeasuredPolls == 0) review_estimate();
  ran_ahead_ = 0;
  MultiThread& shared = shared_;
  const AfterPoll after = run_task(task, shared_.hooks(), &seat.lease);
  if (!seat.lease.has_core()) [[unlikely]] {
    // `this` is another thread's now.
    if (after == AfterPoll::kRequeue) shared.requeue_elsewhere(task);
    return false;
  }
  if (after == AfterPoll::kRequeue) push(task);
  tick_ += ran_ahead_;
  if (shared_.idle_.may_wake() && (queue_.size() != 0 || !young_.empty())) {
    watch_backlog();
  } else {
    backlog_since_ = 0;
  }
  return true;
}

void MultiThreadWorker::watch_backlog() noexcept {
  // The coarse clock costs 3 ns and moves every few milliseconds. If it moved while tasks waited beside a sleeper, the
  // estimate was wrong, whatever it says.
  const std::uint64_t now = sys::coarse_ns();
  const std::uint64_t polls = metrics.polls.get();
  const std::uint64_t before = std::exchange(backlog_polls_, polls);
  const std::uint64_t since = std::exchange(backlog_since_, now);
  if (since == 0 || since == now) return;
  poll_length_.assume_at_least((now - since) / std::max<std::uint64_t>(polls - before, 1));
  publish_young();
  static_cast<void>(shared_.wake_one());
}

void MultiThreadWorker::measure_polls() noexcept {
  const std::uint64_t polls = metrics.polls.get();
  if (poll_length_.can_measure(polls)) poll_length_.measure(polls, sys::monotonic_ns());
}

bool MultiThreadWorker::polls_are_short() noexcept {
  if (poll_length_.get() >= kWorthMoving) measure_polls();
  return poll_length_.get() < kWorthMoving;
}

void MultiThreadWorker::review_estimate() noexcept {
  // Only while the answer can matter: reading the clock costs as much as half a small task.
  if (queue_.size() == 0 || (poll_length_.is_measured() && !shared_.idle_.may_wake())) return;
  measure_polls();
  call_for_help();
}

void MultiThreadWorker::fill_slot(TaskHeader& task, bool is_new) noexcept {
  metrics.local_schedules.add();
  if (in_driver_turn_) return queue_.push(task, shared_.injected_);  // the turn calls for help once, at its end
  if (!uses_slot_) return push(task);
  const bool was_new = std::exchange(lifo_is_new_, is_new);
  TaskHeader* before = std::exchange(lifo_, &task);
  if (before == nullptr) return;
  // Where polls are long, other workers shall see what waits.
  if (was_new && polls_are_short()) before = young_.push(*before);
  if (before != nullptr) push(*before);
}

bool MultiThreadWorker::take_ahead(TaskHeader& task) noexcept {
  if (ran_ahead_ >= kMostAhead) return false;
  // Long polls within this one would hide what waits, and hold up the driver.
  const std::uint64_t now = sys::coarse_ns();
  if (ran_ahead_ == 0) {
    runs_ahead_since_ = now;
  } else if (now != runs_ahead_since_) {
    if (backlog_since_ == 0) {
      backlog_since_ = runs_ahead_since_;
      backlog_polls_ = metrics.polls.get() - ran_ahead_ - 1;
    }
    ran_ahead_ = kMostAhead;  // and so the driver has its turn next
    return false;
  }
  if (lifo_ == &task) {
    lifo_ = nullptr;
  } else if (!queue_.pop(task) && !young_.remove(task)) {
    return false;
  }
  ++ran_ahead_;
  metrics.polls.add();
  return true;
}

void MultiThreadWorker::publish_young() noexcept {
  while (TaskHeader* task = young_.pop_oldest()) queue_.push(*task, shared_.injected_);
}

void Seat::schedule_local(TaskHeader& task) noexcept {
  {
    const CoreLease::Use use(lease);
    if (use) [[likely]] return core.load(base::relaxed)->schedule_local(task);
  }
  shared_.schedule_elsewhere(task);
}

void Seat::schedule_new(TaskHeader& task) noexcept {
  {
    const CoreLease::Use use(lease);
    if (use) [[likely]] return core.load(base::relaxed)->schedule_new(task);
  }
  shared_.schedule_elsewhere(task);
}

void MultiThreadWorker::push(TaskHeader& task) noexcept {
  queue_.push(task, shared_.injected_);
  call_for_help();
}

void MultiThreadWorker::call_for_help() noexcept {
  if (!shared_.idle_.may_wake()) [[likely]] return;
  wake_if_worth();
}

void MultiThreadWorker::wake_if_worth() noexcept {
  if (!backlog_is_worth_waking()) return;
  // A look at the clock costs little beside a wake, and the estimate may be old.
  measure_polls();
  if (backlog_is_worth_waking()) static_cast<void>(shared_.wake_one());
}

bool MultiThreadWorker::backlog_is_worth_waking() const noexcept {
  return poll_length_.get() >= kWorthMoving && is_worth(queue_.size() + shared_.injected_.size(), kWorthWaking);
}

void MultiThreadWorker::resume() noexcept {
  const std::uint64_t now = sys::monotonic_ns();
  metrics.resume(now);
  poll_length_.restart(metrics.polls.get(), now);
}

void MultiThreadWorker::turn_driver() noexcept {
  driver_tick_ = tick_;
  const std::uint64_t now = sys::monotonic_ns();
  if (now - last_turn_ < kTurnEvery) return;
  last_turn_ = now;
  metrics.work(now);
  in_driver_turn_ = true;
  shared_.timers().fire(now);
  Driver& driver = shared_.driver();
  if (driver.try_acquire()) {
    // What has no room would spill into the injection queue and be overtaken there by later events. The kernel's own
    // queue is in order, so it may wait in that; but for a few, lest a full queue keep all events out.
    driver.turn(Driver::kNoWait, std::clamp(queue_.room(), kFewestEvents, Driver::kMostEvents));
    driver.release();
  }
  in_driver_turn_ = false;
  call_for_help();
}

void MultiThreadWorker::park() noexcept {
  const Config& config = shared_.config_;
  if (config.on_thread_park) config.on_thread_park();
  if (!has_work()) sleep_until_woken();  // the hook may have spawned
  if (config.on_thread_unpark) config.on_thread_unpark();
}

void MultiThreadWorker::sleep_until_woken() noexcept {
  shared_.idle_.sleep(index_, std::exchange(searching_, false));
  for (;;) {
    // The second half of the lost-wake pair in idle.hpp.
    const bool look = !shared_.injected_.empty() || shared_.shut_down_.load(base::acquire);
    if (!look) {
      metrics.park(sys::monotonic_ns());
      sleep();
      resume();
    }
    if (look || has_work()) {
      if (!shared_.idle_.wake_up(index_)) searching_ = true;
      break;
    }
    // Woken by somebody, who has taken us out of the sleepers already; or for no reason.
    if (!shared_.idle_.is_asleep(index_)) {
      searching_ = true;
      break;
    }
  }
  shared_.monitor_.rouse();
  call_for_help();
}

void MultiThreadWorker::sleep() noexcept {
  Driver& driver = shared_.driver();
  Timers& timers = shared_.timers();
  if (!driver.try_acquire()) {
    // Who holds the driver must wake for our timers too.
    shared_.timer_armed(timers.next_turn());
    return parker_.park_on_futex();
  }
  std::uint64_t until = timers.next_turn();
  // Publish, then look again: a timer armed between the two is seen by one side. See Shared::timer_armed.
  shared_.sleeps_until_.exchange(until, base::seq_cst);
  until = std::min(until, timers.next_turn());
  std::uint64_t wait = Driver::kForever;
  if (until != TimerShard::kNever) {
    const std::uint64_t now = shared_.clock().now();
    wait = until > now ? until - now : Driver::kNoWait;
  }
  in_driver_turn_ = true;
  parker_.park_in_driver(driver, wait);
  shared_.sleeps_until_.store(0, base::seq_cst);
  driver.release();
  if (timers.next_turn() != TimerShard::kNever) timers.fire(shared_.clock().now());
  in_driver_turn_ = false;
}

void MultiThreadWorker::hand_over() noexcept {
  TaskQueue rest;
  if (lifo_ != nullptr) rest.push_back(*std::exchange(lifo_, nullptr));
  while (TaskHeader* task = young_.pop_newest()) rest.push_back(*task);
  while (TaskHeader* task = queue_.pop()) rest.push_back(*task);
  if (!rest.empty()) shared_.injected_.push(rest);
}

void MultiThreadWorker::unpark() noexcept { parker_.unpark(shared_.driver()); }

}  // namespace heddle::inline v0::runtime::detail
