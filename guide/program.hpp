// SPDX-License-Identifier: MIT
// What the guide's programs share: how they begin, and how they end on an error.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>

namespace guide {

/// Ends the program, saying what failed and what the system said about it.
[[noreturn]] inline void fail(std::string_view what, int error) {
  fmt::print(stderr, "{}: {}\n", what, std::strerror(error));
  std::exit(EXIT_FAILURE);
}

/// Says it now: a pipe reads along.
template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  fmt::print(format, std::forward<Args>(args)...);
  std::fflush(stdout);
}

/// A program of the guide doesn't outlive the process that started it, and may open what descriptors there are.
inline void begin() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGPIPE, SIG_IGN);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace guide
