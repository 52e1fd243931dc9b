// SPDX-License-Identifier: MIT
// pthreads behind WorkerThread, and the affinity mask.
#include "sys/worker_thread.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include <climits>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

static_assert(sizeof(pthread_t) == sizeof(unsigned long));

struct Start {
  std::string name;
  std::function<void()> body;
};

void* run(void* argument) {
  const std::unique_ptr<Start> start(static_cast<Start*>(argument));
  constexpr std::size_t kLongestName = 15;
  pthread_setname_np(pthread_self(), start->name.substr(0, kLongestName).c_str());
  start->body();
  return nullptr;
}

int set_stack_size(pthread_attr_t& attributes, std::size_t size) noexcept {
  if (size == 0) return 0;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  if (size > SIZE_MAX - page) return EINVAL;
  const std::size_t least = std::max(size, static_cast<std::size_t>(PTHREAD_STACK_MIN));
  return pthread_attr_setstacksize(&attributes, (least + page - 1) / page * page);
}

}  // namespace

std::size_t usable_processors() noexcept {
  // The kernel refuses a mask shorter than its own.
  for (std::size_t processors = 1024; processors <= (std::size_t{1} << 20); processors *= 2) {
    cpu_set_t* const set = CPU_ALLOC(processors);
    if (set == nullptr) break;
    const std::size_t bytes = CPU_ALLOC_SIZE(processors);
    const bool known = ::sched_getaffinity(0, bytes, set) == 0;
    const bool too_short = !known && errno == EINVAL;
    const int count = known ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (!too_short) return static_cast<std::size_t>(std::max(count, 1));
  }
  return 1;
}

std::expected<WorkerThread, int> WorkerThread::start(std::string name, std::size_t stack_size,
                                                     std::function<void()> body) {
  auto start = std::make_unique<Start>(Start{std::move(name), std::move(body)});
  pthread_attr_t attributes;
  if (const int error = pthread_attr_init(&attributes); error != 0) return std::unexpected(error);
  pthread_t handle{};
  int error = set_stack_size(attributes, stack_size);
  if (error == 0) error = pthread_create(&handle, &attributes, &run, start.get());
  pthread_attr_destroy(&attributes);
  if (error != 0) return std::unexpected(error);
  static_cast<void>(start.release());  // the thread's own
  return WorkerThread(handle);
}

void WorkerThread::join() noexcept { pthread_join(handle_, nullptr); }
void WorkerThread::detach() noexcept { pthread_detach(handle_); }

}  // namespace heddle::inline v0::sys
