// SPDX-License-Identifier: MIT
// Starting a runtime's threads.
#include "runtime/worker_thread.hpp"

#include <memory>
#include <utility>

namespace heddle::inline v0::runtime::detail {

namespace {

struct Start {
  std::string name;
  std::function<void()> body;
};

void* run(void* argument) {
  const std::unique_ptr<Start> start(static_cast<Start*>(argument));
  sys::name_this_thread(start->name);
  start->body();
  return nullptr;
}

}  // namespace

std::expected<WorkerThread, int> WorkerThread::start(std::string name, std::size_t stack_size,
                                                     std::function<void()> body) {
  auto start = std::make_unique<Start>(Start{std::move(name), std::move(body)});
  sys::ThreadHandle handle{};
  if (const auto error = sys::start_thread(handle, stack_size, &run, start.get())) return std::unexpected(error.value());
  static_cast<void>(start.release());  // the thread's own
  return WorkerThread(handle);
}

}  // namespace heddle::inline v0::runtime::detail
