// GCC 12: ignoring returned value of type 'Task<>', declared with attribute 'nodiscard': 'a Task does nothing until it is awaited or spawned' [-Werror=unused-result]
// Clang 22: ignoring return value of type 'Task<>' declared with 'nodiscard' attribute: a Task does nothing until it is awaited or spawned [-Werror,-Wunused-value]
// A Task does nothing until it is awaited or spawned.
// flags: -Werror=unused-result -Werror=unused-value
#include <heddle/future/task.hpp>

namespace hd = heddle;

hd::Task<> work();

void f() {
  work();  // refused
}
