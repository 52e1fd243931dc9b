// SPDX-License-Identifier: MIT
// Reading a runtime's figures.
#include <heddle/runtime/metrics.hpp>

#include "runtime/shared.hpp"

#include <stdexcept>

namespace heddle::inline v0::runtime {

namespace {

std::size_t existing(const Shared& shared, std::size_t worker) {
  if (worker >= shared.worker_count()) throw std::out_of_range("runtime::Metrics: no such worker");
  return worker;
}

const detail::WorkerMetrics& of_worker(const Shared& shared, std::size_t worker) {
  return shared.worker(existing(shared, worker)).metrics;
}

}  // namespace

Metrics::Metrics(Shared& shared) noexcept : shared_(&shared) { shared.add_reference(); }
Metrics::~Metrics() {
  if (shared_ != nullptr) shared_->drop_reference();
}

std::size_t Metrics::num_workers() const noexcept { return shared_->worker_count(); }
std::size_t Metrics::num_alive_tasks() const noexcept { return shared_->alive_tasks(); }
std::uint64_t Metrics::spawned_tasks_count() const noexcept { return shared_->spawned_tasks(); }
std::size_t Metrics::global_queue_depth() const noexcept { return shared_->injected_tasks(); }
std::uint64_t Metrics::remote_schedule_count() const noexcept { return shared_->remote_schedules(); }
std::uint64_t Metrics::budget_forced_yield_count() const noexcept { return shared_->forced_yields(); }

std::size_t Metrics::num_blocking_threads() const noexcept { return shared_->blocking_pool().figures().threads; }
std::size_t Metrics::num_idle_blocking_threads() const noexcept { return shared_->blocking_pool().figures().idle; }
std::size_t Metrics::blocking_queue_depth() const noexcept { return shared_->blocking_pool().figures().queued; }

std::uint64_t Metrics::worker_park_count(std::size_t worker) const { return of_worker(*shared_, worker).parks.get(); }
std::uint64_t Metrics::worker_noop_count(std::size_t worker) const { return of_worker(*shared_, worker).noops.get(); }
std::uint64_t Metrics::worker_poll_count(std::size_t worker) const { return of_worker(*shared_, worker).polls.get(); }
std::uint64_t Metrics::worker_steal_count(std::size_t worker) const { return of_worker(*shared_, worker).steals.get(); }
std::uint64_t Metrics::worker_steal_operations(std::size_t worker) const {
  return of_worker(*shared_, worker).steal_operations.get();
}
std::uint64_t Metrics::worker_local_schedule_count(std::size_t worker) const {
  return of_worker(*shared_, worker).local_schedules.get();
}
std::uint64_t Metrics::worker_overflow_count(std::size_t worker) const {
  return shared_->worker(existing(*shared_, worker)).overflows();
}
std::size_t Metrics::worker_local_queue_depth(std::size_t worker) const {
  return shared_->worker(existing(*shared_, worker)).queue_depth();
}
std::chrono::nanoseconds Metrics::worker_total_busy_duration(std::size_t worker) const {
  return std::chrono::nanoseconds(of_worker(*shared_, worker).busy_ns.get());
}

}  // namespace heddle::inline v0::runtime
