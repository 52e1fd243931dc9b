// SPDX-License-Identifier: MIT
// Thread: a handle to a thread, to name it and to unpark it; current() gives one's own.
#pragma once

#include <heddle/marker/rules.hpp>
#include <heddle/thread/detail/thread_header.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace heddle::inline v0::thread {

/// A handle to a thread. Keeps nothing running, and works after the thread's end.
///
/// Threads     Any number at once.
///
/// Corresponds to Rust's `thread::Thread`.
class Thread {
 public:
  /// For current() and the handles of started threads.
  explicit Thread(detail::Ref<detail::ThreadHeader> header) noexcept : header_(std::move(header)) {}

  [[nodiscard]] Thread clone() const noexcept { return Thread(header_.clone()); }

  [[nodiscard]] ThreadId id() const noexcept { return header_->id(); }

  /// The name that its Builder was given; "main" for the main thread; nothing for others. Valid while a handle lives.
  [[nodiscard]] std::optional<std::string_view> name() const noexcept { return header_->name(); }

  /// Gives the thread its token: the park() it is in returns, or else its next one does. Tokens don't add up.
  ///
  /// Threads     What was written before is seen by the thread once it returns from park().
  /// Cost        One atomic operation; a system call if the thread is parked.
  void unpark() const noexcept { header_->parker().unpark(); }

 private:
  detail::Ref<detail::ThreadHeader> header_;
};

/// The thread that calls this. Also works in destructors of thread_locals.
///
/// Cost        One atomic operation. A thread that heddle didn't start allocates its header in its first call.
///
/// Corresponds to Rust's `thread::current`.
[[nodiscard]] Thread current();

/// Lets another thread that is ready have the core. Corresponds to Rust's `thread::yield_now`.
void yield_now() noexcept;

/// How many threads make sense at once: the processors that this thread's affinity allows, or fewer if the quota of its
/// control group (version 1 or 2) says so; at least 1. A quota of 2.5 processors counts as 2.
///
/// Cost        Reads files: ask once.
///
/// Corresponds to Rust's `thread::available_parallelism`.
[[nodiscard]] std::size_t available_parallelism();

/// True while an exception unwinds this thread's stack: what a destructor asks. Corresponds to Rust's `thread::panicking`.
[[nodiscard]] bool panicking() noexcept;

}  // namespace heddle::inline v0::thread

namespace heddle::inline v0::marker {

// Counted with atomics; all else is constant, or the parker's.
template <>
struct unsafe_rules<thread::Thread> {
  using Send = Always;
  using Sync = Always;
  using Owned = Always;
};

}  // namespace heddle::inline v0::marker
