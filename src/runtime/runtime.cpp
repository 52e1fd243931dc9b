// SPDX-License-Identifier: MIT
// Making and ending runtimes, and ways into them.
#include <heddle/runtime/runtime.hpp>

#include <heddle/base/deadline.hpp>
#include <heddle/base/diagnosing.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/local_runtime.hpp>
#include <heddle/thread/thread.hpp>

#include "runtime/config.hpp"
#include "runtime/current.hpp"
#include "runtime/current_thread.hpp"
#include "runtime/multi_thread.hpp"
#include "runtime/worker_thread.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace heddle::inline v0::runtime {

using namespace detail;

namespace {
// A shorter one would be spent looking.
constexpr std::uint64_t kShortestPeriod = 1'000'000;
}  // namespace

/// The workers' threads of a multi-thread runtime.
struct Runtime::Threads {
  std::vector<WorkerThread> threads;
};

EnterGuard::EnterGuard(Shared& shared) noexcept : shared_(&shared), before_(current().shared) {
  shared.add_reference();
  current().shared = &shared;
}

EnterGuard::~EnterGuard() {
  current().shared = before_;
  shared_->drop_reference();
}

Handle::Handle(Shared& shared) noexcept : shared_(&shared) { shared.add_reference(); }
Handle::~Handle() {
  if (shared_ != nullptr) shared_->drop_reference();
}
Handle Handle::clone() const noexcept { return Handle(*shared_); }
Handle Handle::current() { return Handle(current_runtime("Handle::current")); }
std::optional<Handle> Handle::try_current() noexcept {
  Shared* shared = detail::current().shared;
  if (shared == nullptr) return std::nullopt;
  return Handle(*shared);
}

Runtime::Runtime(Shared& shared, std::unique_ptr<Threads> threads) noexcept
    : shared_(&shared), threads_(std::move(threads)) {}
Runtime::Runtime(Runtime&& other) noexcept
    : shared_(std::exchange(other.shared_, nullptr)), threads_(std::move(other.threads_)) {}
Runtime& Runtime::operator=(Runtime&& other) noexcept {
  if (this != &other) {
    shut_down(base::kForever);
    shared_ = std::exchange(other.shared_, nullptr);
    threads_ = std::move(other.threads_);
  }
  return *this;
}
Runtime::~Runtime() { shut_down(base::kForever); }

io::Result<Runtime> Runtime::make() { return Builder::multi_thread().build(); }

void Runtime::shut_down(std::uint64_t deadline) noexcept {
  if (shared_ == nullptr) return;
  BlockingPool& pool = shared_->blocking_pool();
  // A thread that polls tasks must not wait: it may be the worker that it would wait for.
  if (base::in_async()) deadline = 0;
  if (is_current_thread()) {
    static_cast<CurrentThread*>(shared_)->shut_down();
    pool.shut_down();
  } else {
    auto* shared = static_cast<MultiThread*>(shared_);
    shared->shut_down();
    pool.shut_down();
    const bool ended = shared->live_workers().wait_until(deadline);
    for (WorkerThread& thread : threads_->threads) ended ? thread.join() : thread.detach();
    ended ? shared->crew().join() : shared->crew().detach();
  }
  pool.wait_until(deadline);
  std::exchange(shared_, nullptr)->drop_reference();
}

void Runtime::shutdown_background() && noexcept { shut_down(0); }

void Runtime::shut_down_within(std::uint64_t nanoseconds) {
  if (nanoseconds != 0) base::refuse_in_async("Runtime::shutdown_timeout", "Runtime::shutdown_background");
  shut_down(base::deadline_after_ns(nanoseconds));
}

bool Runtime::is_current_thread() const noexcept { return shared_->is_current_thread(); }
Handle Runtime::handle() const noexcept { return Handle(*shared_); }
std::size_t Runtime::worker_count() const noexcept { return shared_->worker_count(); }
std::size_t Runtime::alive_tasks() const noexcept { return shared_->alive_tasks(); }
void Runtime::drive(MainFuture& future) {
  if (is_current_thread()) return static_cast<CurrentThread*>(shared_)->block_on(future);
  shared_->poll_here(future);
}

Builder::Builder(bool multi_thread) : config_(std::make_unique<Config>()) { config_->multi_thread = multi_thread; }
Builder::Builder(Builder&&) noexcept = default;
Builder::~Builder() = default;
Builder Builder::multi_thread() { return Builder(true); }
Builder Builder::current_thread() { return Builder(false); }

Builder& Builder::worker_threads(std::size_t count) {
  config_->worker_threads = count;
  config_->workers_given = true;
  return *this;
}
Builder& Builder::max_blocking_threads(std::size_t count) {
  config_->max_blocking_threads = count;
  return *this;
}
Builder& Builder::keep_threads_alive(std::uint64_t nanoseconds) {
  config_->thread_keep_alive = nanoseconds;
  return *this;
}
Builder& Builder::thread_name(std::string name) {
  return thread_name_fn([name = std::move(name)] { return name; });
}
Builder& Builder::thread_name_fn(std::function<std::string()> name) {
  config_->thread_name = std::move(name);
  return *this;
}
Builder& Builder::thread_stack_size(std::size_t bytes) {
  config_->thread_stack_size = bytes;
  return *this;
}
Builder& Builder::event_interval(std::uint32_t polls) {
  config_->event_interval = polls;
  return *this;
}
Builder& Builder::global_queue_interval(std::uint32_t polls) {
  config_->global_queue_interval = polls;
  return *this;
}
Builder& Builder::start_paused(bool paused) {
  config_->start_paused = paused;
  return *this;
}
Builder& Builder::on_thread_start(std::function<void()> hook) {
  config_->on_thread_start = std::move(hook);
  return *this;
}
Builder& Builder::on_thread_stop(std::function<void()> hook) {
  config_->on_thread_stop = std::move(hook);
  return *this;
}
Builder& Builder::on_deadlock(std::function<void(std::string_view)> hook, std::chrono::nanoseconds after) {
  config_->on_deadlock = std::move(hook);
  config_->deadlock_period = std::max(base::saturated_ns(after), kShortestPeriod);
  return *this;
}
Builder& Builder::stall_threshold(std::chrono::nanoseconds threshold) {
  config_->stall_threshold = base::saturated_ns(threshold);
  return *this;
}
Builder& Builder::on_stall(std::function<void(const StallReport&)> handler) {
  config_->on_stall = std::move(handler);
  return *this;
}
Builder& Builder::stall_signal(int signal) {
  config_->stall_signal = signal;
  return *this;
}
Builder& Builder::on_thread_park(std::function<void()> hook) {
  config_->on_thread_park = std::move(hook);
  return *this;
}
Builder& Builder::on_thread_unpark(std::function<void()> hook) {
  config_->on_thread_unpark = std::move(hook);
  return *this;
}
Builder& Builder::on_task_spawn(TaskHook hook) {
  config_->task_hooks.spawn = std::move(hook);
  return *this;
}
Builder& Builder::on_task_terminate(TaskHook hook) {
  config_->task_hooks.terminate = std::move(hook);
  return *this;
}
Builder& Builder::on_before_task_poll(TaskHook hook) {
  config_->task_hooks.before_poll = std::move(hook);
  return *this;
}
Builder& Builder::on_after_task_poll(TaskHook hook) {
  config_->task_hooks.after_poll = std::move(hook);
  return *this;
}
Builder& Builder::unhandled_panic(UnhandledPanic behavior) {
  config_->unhandled_panic = behavior;
  return *this;
}
Builder& Builder::seed(std::uint64_t seed) {
  config_->seed = seed;
  return *this;
}

namespace {

constexpr std::size_t kMostWorkers = 1024;

const char* complaint(const Config& config) noexcept {
  if (config.workers_given && config.worker_threads == 0) return "a runtime needs at least one worker thread";
  if (config.workers_given && !config.multi_thread) return "a current-thread runtime has no worker threads";
  if (config.worker_threads > kMostWorkers) return "a runtime has at most 1024 worker threads";
  if (config.max_blocking_threads == 0) return "max_blocking_threads must be at least 1";
  if (config.event_interval == 0) return "event_interval must be at least 1";
  if (config.global_queue_interval == 0) return "global_queue_interval must be at least 1";
  if (config.unhandled_panic == UnhandledPanic::kShutdownRuntime && config.multi_thread) {
    return "only a current-thread runtime can shut down when a task panics";
  }
  if (config.start_paused && config.multi_thread) return "only a current-thread runtime can start paused";
  return nullptr;
}

}  // namespace

io::Result<Runtime> Builder::build() {
  if (const char* why = complaint(*config_)) return io::fail(io::ErrorKind::kInvalidInput, why);
  auto driver = make_epoll_driver();
  if (!driver) return std::unexpected(driver.error());
  if (config_->on_deadlock) base::start_diagnosing();
  if (!config_->multi_thread) {
    auto* shared = new CurrentThread(*config_, std::move(*driver));
    Runtime runtime(*shared, nullptr);
    if (const int error = shared->start_watch()) return io::fail(error);
    shared->enter_books();
    return runtime;
  }

  const std::size_t workers = config_->workers_given ? config_->worker_threads : thread::available_parallelism();
  auto* shared = new MultiThread(*config_, workers, std::move(*driver));
  Runtime runtime(*shared, std::make_unique<Runtime::Threads>());
  std::vector<WorkerThread>& threads = runtime.threads_->threads;
  threads.reserve(workers + 1);
  while (threads.size() < workers) {
    Seat& seat = *shared->crew().enlist();
    auto thread = shared->start_worker(seat);
    if (!thread) {
      shared->give_up_worker(seat);
      return io::fail(thread.error());  // the runtime's destructor ends the workers that run
    }
    threads.push_back(*thread);
  }
  shared->add_reference();  // dropped at the end of run_monitor
  auto thread = WorkerThread::start("heddle-monitor", 0, [shared] { shared->run_monitor(); });
  if (!thread) {
    shared->drop_reference();
    return io::fail(thread.error());
  }
  threads.push_back(*thread);
  shared->enter_books();
  return runtime;
}

io::Result<LocalRuntime> Builder::build_local() {
  if (config_->multi_thread) return io::fail(io::ErrorKind::kInvalidInput, "a local runtime is a current-thread one");
  auto runtime = build();
  if (!runtime) return std::unexpected(runtime.error());
  return LocalRuntime(*std::move(runtime));
}

namespace detail {

io::Result<Runtime> make_simulated(std::uint64_t seed) {
  Builder builder = Builder::current_thread();
  builder.seed(seed).start_paused();
  builder.config_->simulated = true;
  return builder.build();
}

void poll_here(Shared& shared, MainFuture& future) { shared.poll_here(future); }

Shared& current_runtime(const char* what_for) {
  Shared* shared = current().shared;
  if (shared == nullptr) throw NoRuntime(what_for);
  return *shared;
}

}  // namespace detail
}  // namespace heddle::inline v0::runtime

namespace heddle::inline v0::task {

std::optional<Id> try_id() noexcept {
  const runtime::detail::TaskHeader* task = runtime::detail::current().task;
  return task == nullptr ? std::nullopt : std::optional(task->id());
}

Id id() {
  const auto mine = try_id();
  if (!mine) throw runtime::NoRuntime("task::id");
  return *mine;
}

}  // namespace heddle::inline v0::task
