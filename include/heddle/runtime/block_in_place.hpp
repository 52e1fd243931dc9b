// SPDX-License-Identifier: MIT
// task::block_in_place: code that blocks, in the middle of a task, while another thread does the worker's work.
#pragma once

#include <utility>

namespace heddle::inline v0 {

namespace runtime::detail {

class Worker;

/// While it lives this thread may block.
class MayBlock {
 public:
  /// Throws BlockingInAsync where nobody could run the other tasks.
  MayBlock();
  MayBlock(const MayBlock&) = delete;
  MayBlock& operator=(const MayBlock&) = delete;
  ~MayBlock();

 private:
  // Null unless the thread was a worker.
  Worker* worker_ = nullptr;
  bool was_in_async_;
};

}  // namespace runtime::detail

namespace task {

/// Calls `f()` here and now; it may block. What else this worker had to do, its queue, its timers and its sockets, goes
/// to another thread first.
///
/// Shape       Any callable: it stays on this thread, and may borrow. Other futures of the same task, joined or selected
///             with this one, wait until it returns.
/// Returns     What `f` gives. What it throws is thrown here.
/// Errors      BlockingInAsync on a current-thread runtime and in a LocalSet: nobody else could run the other tasks.
/// Cancelling  None: a task that is aborted meanwhile ends at its next suspension.
/// Blocking    As `f` does; block_on and all other blocking calls are allowed in it.
/// Threads     Any. On a thread that polls no tasks, outside a runtime or within another block_in_place, it just calls.
///             The task goes on as a worker if nobody has come for the work meanwhile, else until its next suspension
///             on a thread of its own.
/// Cost        Waking a thread; the first time, starting one. They wait for the next time, up to ten seconds.
///
/// Corresponds to Tokio's `task::block_in_place`.
template <class F>
decltype(auto) block_in_place(F&& f) {
  const runtime::detail::MayBlock scope;
  return std::forward<F>(f)();
}

}  // namespace task
}  // namespace heddle::inline v0
