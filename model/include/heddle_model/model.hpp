// SPDX-License-Identifier: MIT
// The model checker: runs a small concurrent program in every way in which it may run, and tells which way fails.
//
// A model is a function. It is run again and again; in each run its threads are fibers of one thread, and at each
// operation on an atomic or a futex, each spawn, join and yield, the checker decides who goes on, and which of the
// values that the C++ memory model allows a load finds. What it decides, it varies, until all is seen.
//
// Found are: data races and uses after the end of life (of Cells and atomics always; of all memory where the code is
// compiled with HeddleModel.cmake's flags), double frees, leaks, deadlocks, loops that make no progress, aborts,
// exceptions that leave a thread, and whatever the model says with ensure().
//
// A model is deterministic but for what the checker decides, and keeps nothing from one run to the next.
#pragma once

#include <heddle_model/atomic.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

namespace heddle_model {

/// No bound on preemptions: every interleaving, or rather one of each class that differ only in the order of steps
/// that can't affect each other (sleep sets).
inline constexpr unsigned kAllInterleavings = std::numeric_limits<unsigned>::max();

struct Options {
  /// How often a thread that could go on may lose its turn. Runs with fewer are all explored, none left out.
  unsigned preemptions = 2;
  /// How often a load may find another store than the newest: all that is allowed, unless a model is too large for that.
  unsigned stale_loads = std::numeric_limits<unsigned>::max();
  /// How often a compare_exchange_weak may fail without cause, a futex wait end without a wake or before its deadline.
  unsigned weak_failures = 0;
  unsigned spurious_wakes = 0;
  unsigned early_timeouts = 0;
  /// Runs of the search above; what is beyond is left out, and Report::complete says so.
  std::uint64_t most_executions = 2'000'000;
  /// Then so many runs with random priorities (PCT) of `depth` changes, seeded `seed`, `seed + 1`, ...
  std::uint64_t random_executions = 0;
  std::uint64_t seed = 1;
  unsigned depth = 3;
  /// Steps of one run. More is reported as a loop without progress.
  std::uint32_t most_steps = 20'000;
  /// Only the run that a Report::replay names.
  std::string replay{};
};

struct Report {
  bool failed = false;
  /// False if most_executions ended the search.
  bool complete = false;
  /// Runs to the end, and runs given up because another one stands for them.
  std::uint64_t executions = 0;
  std::uint64_t pruned = 0;
  std::uint64_t random_executions = 0;
  /// Steps of the longest run.
  std::uint32_t longest = 0;
  /// What went wrong, the steps that led there with their lines, and the string for Options::replay.
  std::string message;
  std::string schedule;
  std::string replay;
};

/// Explores `model`. Only one exploration at a time; not from within a model.
[[nodiscard]] Report explore(const Options& options, const std::function<void()>& model);

// The rest is for code inside a model.

/// A thread of a model. Destroying it without join() detaches; each run waits for all its threads.
class Thread {
 public:
  explicit Thread(unsigned index) noexcept : index_(index) {}
  /// What the thread did happens before the return.
  void join(std::source_location where = std::source_location::current());

 private:
  unsigned index_;
};

/// Starts a thread; at most 7 besides the model itself.
Thread spawn(std::move_only_function<void()> body, std::source_location where = std::source_location::current());

/// Gives way, as spin_hint().
void yield() noexcept;

/// Fails the run unless `condition`.
void ensure(bool condition, const char* sentence, std::source_location where = std::source_location::current());

/// Fails the run.
[[noreturn]] void fail(const std::string& message);

/// A plain variable whose accesses must be ordered by synchronisation: a race is found in whatever order they come.
template <class T>
class Cell {
  using Where = std::source_location;

 public:
  Cell() = default;
  explicit Cell(T value) : value_(std::move(value)) {}

  [[nodiscard]] const T& get(Where where = Where::current()) const;
  void set(T value, Where where = Where::current());

 private:
  T value_{};
};

/// sleep(2)ing on a word: as the system's futex, but that the word is an atomic of the checker. `deadline` is by now().
/// False only if the deadline has passed.
inline constexpr std::uint64_t kNoDeadline = ~std::uint64_t{0};
bool futex_wait(const atomic<std::uint32_t>& word, std::uint32_t expected, std::uint64_t deadline = kNoDeadline,
                std::source_location where = std::source_location::current());
/// Wakes up to `count` sleepers, any; returns how many.
unsigned futex_wake(const atomic<std::uint32_t>& word, unsigned count,
                    std::source_location where = std::source_location::current());

/// The clock of the model: moves to the earliest deadline when nobody can run.
[[nodiscard]] std::uint64_t now() noexcept;

namespace detail {
void accessed(const void* object, std::size_t size, bool writes, std::source_location where);
}  // namespace detail

template <class T>
const T& Cell<T>::get(Where where) const {
  detail::accessed(&value_, sizeof(T), false, where);
  return value_;
}

template <class T>
void Cell<T>::set(T value, Where where) {
  detail::accessed(&value_, sizeof(T), true, where);
  value_ = std::move(value);
}

}  // namespace heddle_model
