// GCC 12: `const Mutex<int>&` borrows, and may outlive what it points to: take a value, or return an Async
// Clang 22: borrows_and_may_outlive_what_it_points_to<const Mutex<int> &, because<"take a value, or return an Async">>
// A Task owns: share a Mutex by an Arc.
#include <heddle/future/task.hpp>
#include <heddle/sync/mutex.hpp>

namespace hd = heddle;

hd::Task<> f(const hd::sync::Mutex<int>& mutex) { co_return; }  // refused
