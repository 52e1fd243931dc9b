// SPDX-License-Identifier: MIT
// A started thread: what it runs, its result, and who still wants that. One block of memory.
//
//   bit 0  kFinished   the callable and its arguments are destroyed; the result, or the panic, is stored
//   bit 1  kUnwanted   the handle is gone without a join: the result is for nobody
//   bit 2  kReaped     someone has joined or detached the system's thread, or is about to: that is done once
//
//   transition   who may make it            answer
//   finish       the thread, at its end     who finds kUnwanted set destroys the result, and reports the panic
//   abandon      the handle's destructor    who finds kFinished set does so
//   reap         the handle; the scope, if  true for the first one; a handle that is second knows that the thread has
//                kUnwanted is set, or when  finished
//                all have finished
//
// Who may touch what: `call` the thread alone, until kFinished. The result and `panic_` the thread until kFinished, then
// the handle; whoever comes second of finish and abandon; and, of a panic, the scope when all its threads have finished.
//
// Orderings: each transition is a read-modify-write, acq_rel: whoever comes second sees what the first one wrote.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/intrusive_list.hpp>
#include <heddle/base/unit.hpp>
#include <heddle/thread/detail/thread_header.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::thread::detail {

class ScopeState;

/// The part that knows neither the callable nor the type of its result.
class ThreadCell : public ThreadHeader, public base::ListNode<ScopeState> {
 public:
  using ThreadHeader::ThreadHeader;

  /// Starts the thread; on success it holds a reference of its own. The caller is the only one who knows the cell.
  [[nodiscard]] std::error_code start(std::size_t stack_size);

  /// Waits for the end of the thread. `call` is what the user called. Throws where that can't be waited for.
  void join(const char* call);

  /// The handle goes without a join. The thread goes on.
  void abandon() noexcept;

  [[nodiscard]] bool is_finished() const noexcept { return (life_.load(base::acquire) & kFinished) != 0; }
  [[nodiscard]] bool is_unwanted() const noexcept { return (life_.load(base::acquire) & kUnwanted) != 0; }
  [[nodiscard]] bool reap() noexcept { return (life_.fetch_or(kReaped, base::acq_rel) & kReaped) == 0; }
  [[nodiscard]] unsigned long native() const noexcept { return native_; }

  /// The exception that left the thread, once it has finished.
  [[nodiscard]] std::exception_ptr& panic() noexcept { return panic_; }

  // Constant once started: the scope that the thread belongs to, or null.
  std::shared_ptr<ScopeState> scope;

 protected:
  ~ThreadCell() override = default;

 private:
  enum Life : std::uint32_t { kFinished = 1, kUnwanted = 2, kReaped = 4 };

  /// Runs the callable and stores the result; the callable is destroyed either way.
  virtual void call() = 0;
  virtual void destroy_result() noexcept = 0;

  static void* main(void* cell);
  void finish() noexcept;
  void discard() noexcept;

  // Atomic; see the table.
  base::atomic<std::uint32_t> life_{0};
  // Written before the handle is given out.
  unsigned long native_ = 0;
  // See "who may touch what".
  std::exception_ptr panic_;
};

/// The part that a JoinHandle<T> knows: where the result is.
template <class T>
class ResultCell : public ThreadCell {
 public:
  using ThreadCell::ThreadCell;

  /// After join(), without a panic: moves the result out.
  T take() {
    struct Destroy {
      ResultCell& cell;
      ~Destroy() { cell.destroy_result(); }
    } const destroy{*this};
    return base::from_stored<T>(std::move(result_.value));
  }

 protected:
  ~ResultCell() override = default;

  template <class F>
  void keep(F&& call) {
    if constexpr (std::is_void_v<T>) {
      std::forward<F>(call)();
    } else {
      // In place: no move.
      ::new (static_cast<void*>(std::addressof(result_.value))) T(std::forward<F>(call)());
    }
    stored_ = true;
  }

 private:
  void destroy_result() noexcept final {
    if (std::exchange(stored_, false)) std::destroy_at(std::addressof(result_.value));
  }

  // A value that is there while `stored_` says so.
  union Result {
    Result() noexcept {}
    ~Result() {}
    base::Stored<T> value;
  } result_;
  bool stored_ = false;
};

/// A kept argument that stands for something else: the callable gets what its lend() gives.
class Lent {};

/// `f(args…)`, kept: both are moved into the call.
template <class F, class... Args>
class Call {
 public:
  template <class G, class... Given>
  explicit Call(std::in_place_t, G&& f, Given&&... args)
      : parts_(std::forward<G>(f), std::forward<Given>(args)...) {}

  decltype(auto) operator()() && {
    return std::apply(
        [](F& f, Args&... args) -> decltype(auto) { return std::invoke(std::move(f), pass(args)...); }, parts_);
  }

 private:
  template <class A>
  static decltype(auto) pass(A& argument) {
    if constexpr (std::is_base_of_v<Lent, A>) {
      return argument.lend();
    } else {
      return std::move(argument);
    }
  }

  std::tuple<F, Args...> parts_;
};

template <class C>
using CallResult = std::decay_t<std::invoke_result_t<C>>;

/// All of it.
template <class C>
class CallCell final : public ResultCell<CallResult<C>> {
 public:
  template <class... Parts>
  explicit CallCell(std::optional<std::string> name, Parts&&... parts)
      : ResultCell<CallResult<C>>(std::move(name)), call_(std::in_place, std::in_place, std::forward<Parts>(parts)...) {}

 private:
  void call() override {
    // However the call ends, it is gone before the result can be seen.
    struct Reset {
      std::optional<C>& call;
      ~Reset() { call.reset(); }
    } const reset{call_};
    this->keep(*std::move(call_));
  }

  std::optional<C> call_;
};

}  // namespace heddle::inline v0::thread::detail
