// SPDX-License-Identifier: MIT
// A thread with a stack of a chosen size: std::thread has none to choose.
#include "support/small_stack.hpp"

#include <pthread.h>

#include <cstddef>
#include <system_error>

namespace heddle::test {

namespace {

constexpr std::size_t kStackBytes = std::size_t{256} << 10;

void check(int error) {
  if (error != 0) throw std::system_error(error, std::generic_category(), "a thread with a small stack");
}

}  // namespace

void on_small_stack(std::function<void()> f) {
  pthread_attr_t attributes;
  check(pthread_attr_init(&attributes));
  check(pthread_attr_setstacksize(&attributes, kStackBytes));
  pthread_t thread{};
  const auto run = [](void* function) -> void* {
    (*static_cast<std::function<void()>*>(function))();
    return nullptr;
  };
  check(pthread_create(&thread, &attributes, run, &f));
  check(pthread_join(thread, nullptr));
  check(pthread_attr_destroy(&attributes));
}

}  // namespace heddle::test
