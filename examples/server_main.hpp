// SPDX-License-Identifier: MIT
// What the main functions of the larger servers share: where to listen, with how many threads, and with what patience.
#pragma once

#include <heddle/fmt.hpp>
#include <heddle/heddle.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

class ServerMain {
 public:
  ServerMain(std::uint16_t port, double idle_timeout) : port_(port), idle_timeout_(idle_timeout) {}

  void add_options(CLI::App& app) {
    app.add_option("--bind", bind_, "the address to listen on")->capture_default_str();
    app.add_option("--port", port_, "the port; 0 takes a free one")->capture_default_str();
    app.add_option("--threads", threads_, "how many threads run the tasks")->check(CLI::Range(1, 256))->capture_default_str();
    app.add_option("--request-timeout", request_timeout_, "seconds to send a request in")->check(CLI::PositiveNumber);
    app.add_option("--idle-timeout", idle_timeout_, "seconds between requests")->check(CLI::PositiveNumber);
  }

  [[nodiscard]] std::chrono::milliseconds request_timeout() const { return duration(request_timeout_); }
  [[nodiscard]] std::chrono::milliseconds idle_timeout() const { return duration(idle_timeout_); }

  /// Runs `serve(address)`, which gives a Task<io::Result<void>>; returns the exit status.
  template <class Serve>
  int run(const char* name, Serve serve) const {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a line is seen when it is printed, also through a pipe
    const std::string addr = bind_ + ":" + std::to_string(port_);
    auto builder =
        threads_ == 1 ? heddle::runtime::Builder::current_thread() : heddle::runtime::Builder::multi_thread();
    if (threads_ != 1) builder.worker_threads(threads_);
    auto runtime = builder.build();
    if (!runtime) {
      fmt::print(stderr, "{}: {}\n", name, runtime.error());
      return 1;
    }
    auto result = runtime->block_on(runtime->spawn(serve(addr))).value();
    if (!result) fmt::print(stderr, "{}: {}: {}\n", name, addr, result.error());
    return result ? 0 : 1;
  }

 private:
  static std::chrono::milliseconds duration(double seconds) {
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
  }

  std::string bind_ = "127.0.0.1";
  std::uint16_t port_;
  std::size_t threads_ = 1;
  double request_timeout_ = 10;
  double idle_timeout_;
};
