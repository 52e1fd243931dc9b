// SPDX-License-Identifier: MIT
// The loop of the current-thread scheduler.
#include "runtime/current_thread.hpp"

#include <heddle/future/block_on.hpp>
#include <heddle/runtime/error.hpp>

#include "base/describe.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>

namespace heddle::inline v0::runtime {

using namespace detail;

/// Wakes the future of block_on: a flag, and an interrupt for the thread that drives.
class CurrentThread::MainWaker final : public future::WakeTarget {
 public:
  explicit MainWaker(CurrentThread& runtime) : WakeTarget(kVTable, kReference), runtime_(runtime) {
    runtime_.add_reference();
  }

  [[nodiscard]] bool is_set() const noexcept { return woken_.load(base::acquire); }

  /// Whether it was woken since the last call.
  [[nodiscard]] bool take() noexcept { return woken_.exchange(false, base::acq_rel); }

  ~MainWaker() { runtime_.drop_reference(); }

 private:
  static MainWaker& self(WakeTarget& target) noexcept { return static_cast<MainWaker&>(target); }
  static void wake_main(WakeTarget& target) noexcept {
    MainWaker& waker = self(target);
    if (waker.woken_.exchange(true, base::acq_rel)) return;
    const Current& mine = current();
    if (mine.worker != &waker.runtime_) waker.runtime_.notify_injected();
  }
  static void destroy(WakeTarget& target) noexcept { delete &self(target); }
  static constexpr VTable kVTable{
      [](WakeTarget& target) noexcept {
        wake_main(target);
        target.drop_reference();
      },
      wake_main,
      destroy,
  };

  CurrentThread& runtime_;
  // Set with release by wakers, cleared with acquire by the driving thread. Starts set: the first poll.
  base::atomic<bool> woken_{true};
};

namespace {

// Days into the clock, so that there is a past as well.
constexpr std::uint64_t kStartOfSimulation = 1'000'000'000'000'000;
constexpr std::uint32_t kMostSkipped = 3;

[[noreturn]] void refuse(const std::exception_ptr& panic) {
  throw RuntimeShutDown("a task panicked: " + base::describe(panic));
}

}  // namespace

CurrentThread::CurrentThread(const Config& config, std::unique_ptr<Driver> driver)
    : Shared(config, 1, std::move(driver)),
      Worker(static_cast<const Shared&>(*this), 0),
      random_(config.seed) {
  if (config_.simulated) {
    clock().pause_at(kStartOfSimulation);
  } else if (config_.start_paused) {
    clock().pause();
  }
  if (config_.stall_threshold || config_.on_stall) watch_ = std::make_unique<StallWatch>(config_);
}

void CurrentThread::block_on(MainFuture& future) {
  add_reference();  // the Runtime may be destroyed by one of its own tasks
  struct Release {
    CurrentThread& runtime;
    ~Release() { runtime.drop_reference(); }
  } release{*this};
  if (try_take_core()) return drive(future);
  // Another thread drives: wait like any future, until ready or until the core is free.
  auto* thread = new future::ThreadWaker;
  const Waker waker = Waker::adopt(*thread);
  for (;;) {
    {
      Context cx(waker);
      if (poll_main(future, cx)) return static_cast<void>(cx.take_yielded());
    }
    {
      const std::lock_guard guard(lock_);
      if (panic_ != nullptr) refuse(panic_);
      const auto is_ours = [&](const Waker& other) { return other.will_wake(waker); };
      if (core_taken_ && std::ranges::none_of(waiting_, is_ours)) waiting_.push_back(waker.clone());
    }
    if (try_take_core()) return drive(future);
    thread->sleep();
  }
}

bool CurrentThread::try_take_core() noexcept {
  const std::lock_guard guard(lock_);
  return !std::exchange(core_taken_, true);
}

void CurrentThread::give_core() noexcept {
  std::vector<Waker> waiting;
  bool last = false;
  {
    const std::lock_guard guard(lock_);
    last = shut_down_;
    core_taken_ = last;  // after the end nobody drives
    waiting.swap(waiting_);
  }
  if (last) end();
  for (Waker& waker : waiting) std::move(waker).wake();
}

void CurrentThread::drive(MainFuture& future) {
  Current& mine = current();
  struct CoreGuard {
    CurrentThread& runtime;
    Current& mine;
    Current before;
    ~CoreGuard() {
      if (runtime.watch_ != nullptr) runtime.watch_->end();
      mine.shared = before.shared;
      mine.worker = before.worker;
      runtime.give_core();
    }
  } guard{*this, mine, mine};
  mine.shared = this;
  mine.worker = this;
  if (watch_ != nullptr) watch_->begin();
  metrics.resume(sys::monotonic_ns());

  auto* main = new MainWaker(*this);
  const Waker waker = Waker::adopt(*main);
  Standstill standstill(config_);
  for (;;) {
    if (main->take()) {
      Context cx(waker);
      if (poll_main(future, cx)) return static_cast<void>(cx.take_yielded());
    }
    const bool more = run_some_tasks() || main->is_set();
    if (panic_ != nullptr) refuse(panic_);
    if (more && tick_ - turned_at_ < config_.event_interval) continue;  // a main future that yields is a poll like others
    turned_at_ = tick_;
    turn(*main, more ? Driver::kNoWait : standstill.period());
    if (!more && !main->is_set()) standstill.look();
    advance_paused_clock(*main);
    if (timers().next_turn() != TimerShard::kNever) timers().fire(clock().now());
  }
}

bool CurrentThread::run_some_tasks() noexcept {
  for (std::uint32_t i = 0; i < config_.event_interval; ++i) {
    if (++tick_ % config_.global_queue_interval == 0 || queue_.empty()) {
      injected_.pop(queue_, std::numeric_limits<std::size_t>::max());
    }
    TaskHeader* task = config_.simulated ? pop_any() : queue_.pop_front();
    if (task == nullptr) return false;
    metrics.polls.add();
    if (run_task(*task, hooks(), watch_ == nullptr ? nullptr : &watch_->lease()) == AfterPoll::kRequeue) {
      queue_.push_back(*task);
    }
    if (panic_ != nullptr) return true;
  }
  return true;
}

TaskHeader* CurrentThread::pop_any() noexcept {
  // A few to the back: whatever the order in a queue of any length, each next one is possible, at a constant cost.
  for (std::uint32_t skipped = random_.below(kMostSkipped + 1); skipped != 0 && !queue_.empty(); --skipped) {
    queue_.push_back(*queue_.pop_front());
  }
  return queue_.pop_front();
}

void CurrentThread::turn(const MainWaker& main, std::uint64_t at_most) noexcept {
  const bool may_wait = at_most != Driver::kNoWait;
  if (may_wait && config_.on_thread_park) config_.on_thread_park();
  HEDDLE_INVARIANT(driver().try_acquire(), "only the thread with the core turns the driver");
  if (may_wait) {
    metrics.park(sys::monotonic_ns());
    // The hook may have spawned, or woken the main future; neither interrupts a driver of its own thread.
    const bool idle = queue_.empty() && !main.is_set();
    parker_.park_in_driver(driver(), idle ? std::min(at_most, time_to_wait()) : Driver::kNoWait);
    sleeps_until_.store(0, base::seq_cst);
    metrics.resume(sys::monotonic_ns());
  } else {
    metrics.work(sys::monotonic_ns());
    driver().turn(Driver::kNoWait);
  }
  driver().release();
  if (may_wait && config_.on_thread_unpark) config_.on_thread_unpark();
}

void CurrentThread::advance_paused_clock(const MainWaker& main) noexcept {
  // Paused time goes on by itself when nothing else can happen: no event came, nothing is ready to run. The pool is
  // looked at first: a job that is done there has queued what it woke.
  if (!clock().paused() || blocking_pool().is_busy() || !queue_.empty() || !injected_.empty() || main.is_set()) return;
  const std::uint64_t next = timers().exact_next_turn();
  if (next != TimerShard::kNever) clock().advance_to(next);
}

bool CurrentThread::workers_rest() noexcept {
  if (current().worker == this) return queue_.empty();  // asked by itself, after a sleep
  if (sleeps_until_.load(base::seq_cst) == TimerShard::kNever) return true;
  const std::lock_guard guard(lock_);
  return !core_taken_;
}

std::uint64_t CurrentThread::time_to_wait() noexcept {
  // Publish, then look again: a timer armed between the two is seen by one side. See Shared::timer_armed.
  const std::uint64_t until = timers().next_turn();
  sleeps_until_.exchange(until, base::seq_cst);
  const std::uint64_t next = std::min(until, timers().next_turn());
  if (next == TimerShard::kNever) return Driver::kForever;
  const std::uint64_t now = clock().now();
  if (next <= now) return Driver::kNoWait;
  if (!clock().paused()) return next - now;
  return blocking_pool().is_busy() ? Driver::kForever : Driver::kNoWait;  // its job will interrupt
}

void CurrentThread::shut_down_for(const std::exception_ptr& panic) noexcept {
  const std::lock_guard guard(lock_);
  shut_down_ = true;  // give_core() will end it
  panic_ = panic;
}

void CurrentThread::shut_down() noexcept {
  if (watch_ != nullptr) watch_->stop();
  {
    const std::lock_guard guard(lock_);
    shut_down_ = true;
    if (std::exchange(core_taken_, true)) return;  // give_core() will end it
  }
  end();
}

void CurrentThread::end() noexcept {
  Current& mine = current();
  const Current before = mine;
  mine.shared = this;
  mine.worker = nullptr;  // what is woken meanwhile goes to the common queue
  if (!queue_.empty()) injected_.push(queue_);
  finish();
  mine.shared = before.shared;
  mine.worker = before.worker;
}

}  // namespace heddle::inline v0::runtime
