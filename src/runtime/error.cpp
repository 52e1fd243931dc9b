// SPDX-License-Identifier: MIT
// The words of runtime errors.
#include <heddle/runtime/error.hpp>

#include <string>

namespace heddle::inline v0::runtime {

NoRuntime::NoRuntime(const char* what_for)
    : std::logic_error(std::string(what_for) +
                       " needs a runtime: call it within heddle::main, Runtime::block_on, a task, or Handle::enter") {}

NoLocalSet::NoLocalSet()
    : std::logic_error("task::spawn_local needs a LocalSet or a LocalRuntime: call it within LocalSet::run_until, "
                       "LocalSet::enter, LocalRuntime::block_on, or a task that was spawned there") {}

RuntimeShutDown::RuntimeShutDown() : std::runtime_error("the runtime has shut down") {}
RuntimeShutDown::RuntimeShutDown(const std::string& why) : std::runtime_error("the runtime has shut down: " + why) {}

}  // namespace heddle::inline v0::runtime
