// SPDX-License-Identifier: MIT
// What the guide's programs share: how they begin, and how they end on an error.
#pragma once

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <sys/resource.h>

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

/// A program of the guide may open what descriptors there are, and sees a broken connection as an error.
inline void begin() {
  std::signal(SIGPIPE, SIG_IGN);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace guide
