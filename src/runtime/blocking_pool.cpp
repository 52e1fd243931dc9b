// SPDX-License-Identifier: MIT
// Submitting jobs, the life of the threads that run them, and the end.
#include "runtime/blocking_pool.hpp"

#include <heddle/runtime/spawn_blocking.hpp>

#include "runtime/current.hpp"
#include "runtime/shared.hpp"

#include <new>
#include <system_error>
#include <utility>

namespace heddle::inline v0::runtime::detail {

class BlockingPool::Idle : public base::ListNode<> {
 public:
  /// Under the lock, so that it still is there.
  void wake() noexcept {
    woken_.store(1, base::release);
    sys::futex_wake_one(woken_);
  }

  /// Until woken, or `deadline`: which of the two it was, the list tells.
  void sleep_until(base::Deadline deadline) noexcept {
    while (woken_.load(base::acquire) == 0 && sys::futex_wait(woken_, 0, deadline)) {
    }
  }

 private:
  // A futex. Release by the waker, acquire by the sleeper.
  base::atomic<std::uint32_t> woken_{0};
};

class BlockingPool::Lock {
 public:
  explicit Lock(BlockingPool& pool) noexcept : mutex_(pool.mutex_) { lock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (held_) unlock();
  }
  void lock() noexcept {
    mutex_.lock_again();
    held_ = true;
  }
  void unlock() noexcept {
    held_ = false;
    mutex_.unlock();
  }

 private:
  sync::detail::RawMutex& mutex_;
  bool held_ = false;
};

BlockingPool::BlockingPool(Shared& shared, const Config& config) : shared_(shared), config_(config) {
  jobs_.open(shared);
  shared.add_reference();
  jobs_.release();  // keeps Shared while there are jobs, and no longer
}

int BlockingPool::submit(TaskHeader& job) noexcept {
  static_cast<void>(jobs_.add(job, current().take_task_id()));
  if (const TaskHooks* hooks = shared_.hooks()) TaskHooks::call(hooks->spawn, job);
  int error = 0;
  {
    const Lock lock(*this);
    if (!shut_down_) {
      error = find_thread();
      if (error == 0) {
        unfinished_.fetch_add(1, base::relaxed);
        queue_.push_back(job);
        return 0;
      }
    }
  }
  cancel_notified(job);
  return error;
}

int BlockingPool::find_thread() noexcept {
  if (Idle* idle = idle_.back()) {
    take_from_idle(*idle);
    idle->wake();
    return 0;
  }
  if (workers_ == config_.max_blocking_threads) return 0;
  const int error = start_thread();
  if (error == 0) ++workers_;
  return workers_ == 0 ? error : 0;
}

int BlockingPool::start_thread() noexcept {
  threads_.enter();
  shared_.add_reference();  // dropped at the end of run()
  int error = 0;
  try {
    const auto thread = WorkerThread::start(config_.blocking_thread_name(), config_.thread_stack_size, [this] { run(); });
    if (!thread) error = thread.error();
  } catch (const std::bad_alloc&) {
    error = static_cast<int>(std::errc::not_enough_memory);
  }
  if (error != 0) {
    threads_.leave();
    shared_.drop_reference();
  }
  return error;
}

void BlockingPool::run() noexcept {
  Current& mine = current();
  mine.shared = &shared_;
  mine.pool = this;
  if (config_.on_thread_start) config_.on_thread_start();
  std::optional<WorkerThread> left_before = work();
  if (config_.on_thread_stop) config_.on_thread_stop();
  mine.shared = nullptr;
  if (left_before) left_before->join();
  threads_.leave();
  shared_.drop_reference();
}

std::optional<WorkerThread> BlockingPool::work() noexcept {
  Lock lock(*this);
  do {
    while (TaskHeader* job = queue_.pop_front()) {
      lock.unlock();
      static_cast<void>(run_task(*job, shared_.hooks()));  // it ends with its first poll
      job_done();
      lock.lock();
    }
  } while (!shut_down_ && stay_idle(lock));
  --workers_;
  if (!abandoned_) return std::exchange(last_left_, WorkerThread::current());
  WorkerThread::current().detach();
  return std::nullopt;
}

bool BlockingPool::stay_idle(Lock& lock) noexcept {
  Idle self;
  idle_.push_back(self);
  ++idle_count_;
  lock.unlock();
  self.sleep_until(base::deadline_after_ns(config_.thread_keep_alive));
  lock.lock();
  if (!self.linked()) return true;
  take_from_idle(self);
  return false;
}

void BlockingPool::take_from_idle(Idle& idle) noexcept {
  base::IntrusiveList<Idle>::remove(idle);
  --idle_count_;
}

void BlockingPool::job_done() noexcept {
  unfinished_.fetch_sub(1, base::release);
  shared_.blocking_job_done();
}

void BlockingPool::shut_down() noexcept {
  TaskQueue rest;
  {
    const Lock lock(*this);
    shut_down_ = true;
    rest.append(queue_);
    while (Idle* idle = idle_.back()) {
      take_from_idle(*idle);
      idle->wake();
    }
  }
  while (TaskHeader* job = rest.pop_front()) {
    cancel_notified(*job);
    job_done();
  }
}

void BlockingPool::wait_until(base::Deadline deadline) noexcept {
  const bool all_left = current().pool != this && threads_.wait_until(deadline);
  std::optional<WorkerThread> last;
  {
    const Lock lock(*this);
    abandoned_ = true;
    last = std::exchange(last_left_, std::nullopt);
  }
  if (last) all_left ? last->join() : last->detach();
}

BlockingPool::Figures BlockingPool::figures() noexcept {
  const Lock lock(*this);
  return {workers_, idle_count_, queue_.size()};
}

int launch_blocking(Shared& shared, TaskHeader& job) noexcept { return shared.blocking_pool().submit(job); }

void refuse_blocking(int error) {
  throw std::system_error(error, std::generic_category(), "task::spawn_blocking: no thread for it");
}

}  // namespace heddle::inline v0::runtime::detail
