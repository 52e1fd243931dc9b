// SPDX-License-Identifier: MIT
// What a thread asks of the system for itself, and what the system says of its processors.
#include "sys/thread.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

/// Nothing where the process has used up its keys: then hooks don't run, and leak what they would free.
std::optional<pthread_key_t> make_exit_key() noexcept {
  pthread_key_t key{};
  const int error = ::pthread_key_create(&key, [](void* value) {
    auto& hook = *static_cast<ExitHook*>(value);
    hook.run(hook);
  });
  return error == 0 ? std::optional(key) : std::nullopt;
}

}  // namespace

void name_this_thread(const std::string& name) noexcept {
  constexpr std::size_t kMost = 15;
  std::array<char, kMost + 1> cut{};
  name.copy(cut.data(), kMost);
  ::pthread_setname_np(::pthread_self(), cut.data());
}

bool is_main_thread() noexcept { return ::syscall(SYS_gettid) == ::getpid(); }

void yield_thread() noexcept { ::sched_yield(); }

void sleep_until(base::Deadline deadline) noexcept {
  const timespec until{static_cast<time_t>(deadline / 1'000'000'000U), static_cast<long>(deadline % 1'000'000'000U)};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

void set_exit_hook(ExitHook& hook) noexcept {
  static const std::optional<pthread_key_t> key = make_exit_key();
  if (key.has_value()) ::pthread_setspecific(*key, &hook);
}

std::size_t allowed_processors() noexcept {
  // The kernel's mask may be wider than cpu_set_t; then it says EINVAL.
  for (std::size_t width = CPU_SETSIZE; width <= (std::size_t{1} << 20); width *= 2) {
    const std::unique_ptr<cpu_set_t, decltype([](cpu_set_t* set) { CPU_FREE(set); })> set(CPU_ALLOC(width));
    if (set == nullptr) break;
    const std::size_t bytes = CPU_ALLOC_SIZE(width);
    CPU_ZERO_S(bytes, set.get());
    if (::sched_getaffinity(0, bytes, set.get()) == 0) {
      return static_cast<std::size_t>(std::max(1, CPU_COUNT_S(bytes, set.get())));
    }
    if (errno != EINVAL) break;
  }
  return static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

std::optional<std::string> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  constexpr std::size_t kMost = 1024 * 1024;
  std::string text;
  std::array<char, 4096> part;
  ssize_t got = 1;
  while (got > 0 && text.size() < kMost) {
    do {
      got = ::read(file, part.data(), part.size());
    } while (got < 0 && errno == EINTR);
    if (got > 0) text.append(part.data(), static_cast<std::size_t>(got));
  }
  ::close(file);
  return got < 0 ? std::nullopt : std::optional(std::move(text));
}

}  // namespace heddle::inline v0::sys
