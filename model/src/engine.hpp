// SPDX-License-Identifier: MIT
// One run of a model: its threads, whose turn it is, and what their operations do.
#pragma once

#include <heddle_model/model.hpp>

#include "clock.hpp"
#include "fiber.hpp"
#include "history.hpp"
#include "shadow.hpp"
#include "tape.hpp"

#include <array>
#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace heddle_model::detail {

/// What a thread is about to do. Steps of two threads on different places, or that both only read one, can be swapped.
struct Step {
  const char* what = "goes on";
  const void* place = nullptr;
  bool writes = false;
  bool seq_cst = false;
  std::source_location where;

  [[nodiscard]] bool depends_on(const Step& other) const noexcept {
    return place != nullptr && place == other.place && (writes || other.writes || (seq_cst && other.seq_cst));
  }
};

class Engine {
 public:
  /// What the next runs are made with.
  void prepare(const Options& options, bool reduce) noexcept;

  enum class End : std::uint8_t { kDone, kPruned, kFailed };
  End run(const std::function<void()>& model);

  [[nodiscard]] Tape& tape() noexcept { return tape_; }
  [[nodiscard]] std::uint32_t steps() const noexcept { return steps_; }
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  [[nodiscard]] std::string schedule() const;
  [[nodiscard]] bool is_running() const noexcept { return running_; }

  /// Ends the run.
  [[noreturn]] void fail(std::string_view message);

  // Operations, for the thread whose turn it is. See atomic.hpp and model.hpp.

  void created(const Object& object, const void* from);
  void destroyed(const Object& object, const void* from);
  std::uint64_t load(const Object& object, std::memory_order order, std::source_location where);
  void store(const Object& object, std::uint64_t value, std::memory_order order, std::source_location where);
  std::uint64_t modify(const Object& object, Modify how, std::uint64_t operand, std::memory_order order,
                       std::source_location where);
  bool compare_exchange(const Object& object, Comparison& comparison, std::source_location where);

  bool futex_wait(const Object& word, std::uint32_t expected, std::uint64_t deadline, std::source_location where);
  unsigned futex_wake(const Object& word, unsigned count, std::source_location where);
  void yield();
  unsigned spawn(std::move_only_function<void()>* body, std::source_location where);
  void join(unsigned thread, std::source_location where);
  [[nodiscard]] std::uint64_t now() const noexcept { return now_; }

  /// A read-modify-write of an atomic that isn't of the seam's kind: the counts of the standard library's shared_ptr.
  /// Acquires and releases.
  std::int32_t add_to_foreign(std::int32_t* count, std::int32_t operand);

  void access(const void* address, std::size_t size, Access kind, const void* from);
  [[nodiscard]] void* allocate(std::size_t size, std::size_t alignment, const void* from);
  void free(void* block, const void* from);
  /// Remembers what the end of this thread destroys.
  void at_thread_exit(void (*destroy)(void*), void* object) { me().at_exit.emplace_back(destroy, object); }
  [[nodiscard]] bool is_heap(const void* address) const noexcept { return shadow_.is_heap(address); }

 private:
  struct Thread {
    enum class State : std::uint8_t { kReady, kYielded, kAsleep, kJoining, kFinished };

    Fiber fiber;
    /// At the end of its loop, to be used by the next run as it is.
    bool reusable = false;
    State state = State::kReady;
    std::move_only_function<void()>* body = nullptr;
    Clock clock;
    Step next;
    // Since its last yield: the stores that have arrived, and how often anything changed.
    std::uint64_t arrived = 0;
    std::uint64_t changes = 0;
    // Asleep: on what, until when, and whether that has come.
    const void* word = nullptr;
    std::uint64_t deadline = kNoDeadline;
    bool timed_out = false;
    unsigned joins = 0;
    /// Destructors of its thread-locals, in the order of construction.
    std::vector<std::pair<void (*)(void*), void*>> at_exit;

    void destroy_thread_locals();
  };

  struct Event {
    unsigned thread;
    Step step;
    std::uint32_t slot;
    std::uint64_t before;
    std::uint64_t after;
  };

  // The loop of every fiber.
  static void enter();
  void run_thread();

  Thread& start_thread(std::move_only_function<void()>* body);
  [[nodiscard]] Thread& me() noexcept { return threads_[current_]; }
  [[nodiscard]] const Thread& me() const noexcept { return threads_[current_]; }
  [[nodiscard]] bool is_ready(const Thread& thread) const noexcept;

  /// Stands before `step` until it is this thread's turn.
  void begin(const Step& step);
  /// Lets somebody go on.
  void give_turn();
  [[nodiscard]] Turn choose();
  void collect(Tape::Turns& turns) const;
  /// Nobody is ready. True if somebody is now.
  bool stir();
  void wake(Thread& thread, bool timed_out) noexcept;
  [[noreturn]] void leave(End end);
  [[nodiscard]] std::string stuck() const;

  History& history(const Object& object);
  void note(const Object& object, std::uint64_t before, std::uint64_t after);
  std::uint64_t find(History& history, std::size_t index, std::memory_order order);
  void append(History& history, std::uint64_t value, std::memory_order order, const Clock* continued);
  [[nodiscard]] std::size_t oldest_visible(const History& history, std::memory_order order) const noexcept;
  bool fail_to_exchange(History& history, Comparison& comparison);
  [[nodiscard]] Visitor visitor(const void* from) noexcept { return {current_, me().clock, from}; }
  void demand(const std::string& wrong) {
    if (!wrong.empty()) fail(wrong);
  }

  Options options_;
  bool reduce_ = false;
  Tape tape_;
  Shadow shadow_;
  Fiber outside_;
  std::array<Thread, kMaxThreads> threads_;

  // Of the run.
  bool running_ = false;
  End end_ = End::kDone;
  std::string failure_;
  std::uint64_t run_ = 0;
  const std::function<void()>* model_ = nullptr;
  unsigned thread_count_ = 0;
  unsigned current_ = 0;
  ThreadSet sleep_ = 0;
  std::uint32_t steps_ = 0;
  unsigned preemptions_ = 0;
  unsigned stale_loads_ = 0;
  unsigned weak_failures_ = 0;
  unsigned spurious_wakes_ = 0;
  unsigned early_timeouts_ = 0;
  // Rounds in which all who could run had yielded, since the last change.
  unsigned idle_rounds_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t stores_ = 0;
  std::uint64_t now_ = 0;
  std::vector<History> histories_;
  std::uint32_t history_count_ = 0;
  std::vector<Event> events_;
  /// What was released by the atomics that aren't of the seam's kind.
  std::unordered_map<const void*, Clock> foreign_;
};

[[nodiscard]] Engine& engine();

/// While it lives the checker itself runs, on behalf of a model's thread.
class Inside {
 public:
  Inside() noexcept { watching = false; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { watching = true; }
};

}  // namespace heddle_model::detail
