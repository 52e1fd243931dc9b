// SPDX-License-Identifier: MIT
// Finding the words.
#include "base/describe.hpp"

namespace heddle::inline v0::base {

std::string describe(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace heddle::inline v0::base
