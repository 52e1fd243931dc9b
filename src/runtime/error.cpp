// SPDX-License-Identifier: MIT
// The words of runtime errors.
#include <heddle/runtime/error.hpp>

#include <string>

namespace heddle::inline v0::runtime {

NoRuntime::NoRuntime(const char* what_for)
    : std::logic_error(std::string(what_for) +
                       " needs a runtime: call it within heddle::main, Runtime::block_on, a task, or Handle::enter") {}

RuntimeShutDown::RuntimeShutDown() : std::runtime_error("the runtime has shut down") {}
RuntimeShutDown::RuntimeShutDown(const std::string& why) : std::runtime_error("the runtime has shut down: " + why) {}

}  // namespace heddle::inline v0::runtime
