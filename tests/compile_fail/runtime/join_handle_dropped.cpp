// GCC 12: ignoring returned value of type 'task::JoinHandle<void>', declared with attribute 'nodiscard': 'dropping a JoinHandle detaches the task: say static_cast<void>' [-Werror=unused-result]
// Clang 22: ignoring return value of type 'JoinHandle<void>' declared with 'nodiscard' attribute: dropping a JoinHandle detaches the task: say static_cast<void> [-Werror,-Wunused-value]
// Dropping a JoinHandle detaches the task, which has to be said.
// flags: -Werror=unused-result -Werror=unused-value
#include <heddle/runtime/spawn.hpp>

namespace hd = heddle;

hd::Task<> work();

void f() {
  hd::task::spawn(work());  // refused
}
