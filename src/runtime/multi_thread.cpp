// SPDX-License-Identifier: MIT
// The workers of a runtime as a group: start, wake, end.
#include "runtime/multi_thread.hpp"

#include <heddle/base/blocking.hpp>

#include "runtime/current.hpp"

#include <utility>

namespace heddle::inline v0::runtime {

MultiThread::MultiThread(const Config& config, std::size_t workers, std::unique_ptr<detail::Driver> driver)
    : Shared(config, workers, std::move(driver)),
      idle_(static_cast<std::uint32_t>(workers)),
      workers_(make_workers(workers)),
      crew_(*this, workers_, workers + config_.most_stand_ins, config_.thread_keep_alive),
      monitor_(*this) {}

std::vector<std::unique_ptr<detail::MultiThreadWorker>> MultiThread::make_workers(std::size_t count) {
  std::vector<std::unique_ptr<detail::MultiThreadWorker>> workers;
  workers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    workers.push_back(std::make_unique<detail::MultiThreadWorker>(*this, i, config_));
  }
  return workers;
}

std::expected<detail::WorkerThread, int> MultiThread::start_worker(detail::Seat& seat) {
  return detail::WorkerThread::start(config_.worker_name(), config_.thread_stack_size,
                                     [this, &seat] { run_worker(seat); });
}

void MultiThread::run_worker(detail::Seat& seat) {
  detail::Current& mine = detail::current();
  mine.shared = this;
  seat.clock.store(sys::this_thread_clock(), base::relaxed);
  seat.thread_id.store(sys::this_thread_id(), base::relaxed);
  base::set_in_async(true);
  if (config_.on_thread_start) config_.on_thread_start();
  while (detail::MultiThreadWorker* core = crew_.wait_for_core(seat)) {
    seat.take(*core);
    core->run(seat);
    mine.worker = nullptr;  // what this thread wakes from here on goes to the common queue
    crew_.come_back();
  }
  if (const auto in_polls = crew_.leave(seat)) end(*in_polls);
  if (config_.on_thread_stop) config_.on_thread_stop();
  mine.shared = nullptr;
  live_workers_.leave();
  drop_reference();
}

void MultiThread::give_up_worker(detail::Seat& seat) noexcept {
  crew_.stop_looking();
  if (const auto in_polls = crew_.leave(seat)) end(*in_polls);
  live_workers_.leave();
  drop_reference();
}

void MultiThread::run_monitor() noexcept {
  monitor_.run();
  drop_reference();
}

void MultiThread::end(std::size_t in_polls) noexcept {
  crew_.hand_over_vacant();
  finish(in_polls);
  crew_.end();
}

void MultiThread::requeue_elsewhere(detail::TaskHeader& task) noexcept {
  if (crew_.has_ended()) return detail::cancel_notified(task);
  schedule_elsewhere(task);
}

void MultiThread::shut_down() noexcept {
  if (shut_down_.exchange(true, base::acq_rel)) return;
  if (const auto in_polls = crew_.close()) end(*in_polls);
  for (const auto& worker : workers_) worker->unpark();
  monitor_.stop();
}

bool MultiThread::wake_one() noexcept {
  const std::size_t index = idle_.worker_to_wake();
  if (index == detail::Idle::kNobody) return false;
  workers_[index]->unpark();
  return true;
}

}  // namespace heddle::inline v0::runtime
