// SPDX-License-Identifier: MIT
// How a thread sleeps until it is unparked: a token that unpark puts down and park takes, and a futex.
//
//   state      meaning                           who leaves it
//   kEmpty     awake, no token                   the thread, to kParked; an unparker, to kToken
//   kParked    sleeps on the word, or is about   an unparker, to kToken, and wakes the futex; the thread at its deadline,
//              to                                to kEmpty
//   kToken     a token lies there                the thread, to kEmpty
//
// Orderings: what was written before unpark is seen after the park that takes its token, also where the token lay there
// already and several unparks made one. So unpark is a read-modify-write with release in each state, and taking the
// token is one with acquire: a plain load and store would miss the unpark that comes between them.
//
// The same protocol as Rust's std::sys::sync::thread_parking::futex. Checked by tests/model/thread_parker_model.cpp.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/deadline.hpp>

#include <cstdint>

namespace heddle::inline v0::thread::detail {

class Parker {
 public:
  /// Its thread: takes the token if there is one.
  [[nodiscard]] bool try_park() noexcept;

  /// Its thread: sleeps until there is a token, and takes it, or until `deadline`. May end early for no reason.
  void park(base::Deadline deadline) noexcept;

  /// Any thread: puts the token down.
  void unpark() noexcept;

 private:
  enum State : std::uint32_t { kEmpty, kParked, kToken };

  // Atomic; see the table.
  base::atomic<std::uint32_t> state_{kEmpty};
};

}  // namespace heddle::inline v0::thread::detail
