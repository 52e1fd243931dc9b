// SPDX-License-Identifier: MIT
// The workers of a runtime as a group: start, wake, end.
#include "runtime/multi_thread.hpp"

#include <heddle/base/blocking.hpp>

#include <utility>

namespace heddle::inline v0::runtime {

MultiThread::MultiThread(const Config& config, std::size_t workers, std::unique_ptr<detail::Driver> driver)
    : Shared(config, workers, std::move(driver)),
      idle_(static_cast<std::uint32_t>(workers)),
      workers_(make_workers(workers)),
      monitor_(*this),
      running_(workers) {}

std::vector<std::unique_ptr<detail::MultiThreadWorker>> MultiThread::make_workers(std::size_t count) {
  std::vector<std::unique_ptr<detail::MultiThreadWorker>> workers;
  workers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    workers.push_back(std::make_unique<detail::MultiThreadWorker>(*this, i, config_));
    live_workers_.enter();
    add_reference();  // dropped at the end of run_worker, or by give_up_worker
  }
  return workers;
}

void MultiThread::run_worker(std::size_t index) {
  detail::Current& mine = detail::current();
  mine.shared = this;
  mine.worker = workers_[index].get();
  base::set_in_async(true);
  if (config_.on_thread_start) config_.on_thread_start();
  workers_[index]->run();
  mine.worker = nullptr;  // nothing looks at its queue any more: what is woken from here on goes to the common one
  // The last one out: no worker runs any more, and what was in their queues has been handed over.
  if (running_.fetch_sub(1, base::acq_rel) == 1) finish();
  if (config_.on_thread_stop) config_.on_thread_stop();
  mine.shared = nullptr;
  live_workers_.leave();
  drop_reference();
}

void MultiThread::run_monitor() noexcept {
  monitor_.run();
  drop_reference();
}

void MultiThread::give_up_worker() noexcept {
  if (running_.fetch_sub(1, base::acq_rel) == 1) finish();
  live_workers_.leave();
  drop_reference();
}

void MultiThread::shut_down() noexcept {
  if (shut_down_.exchange(true, base::acq_rel)) return;
  for (const auto& worker : workers_) worker->unpark();
  monitor_.stop();
}

void MultiThread::wake_one() noexcept {
  const std::size_t index = idle_.worker_to_wake();
  if (index != detail::Idle::kNobody) workers_[index]->unpark();
}

}  // namespace heddle::inline v0::runtime
