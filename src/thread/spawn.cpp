// SPDX-License-Identifier: MIT
// What of starting threads depends on no type.
#include <heddle/thread/spawn.hpp>

#include <stdexcept>

namespace heddle::inline v0::thread {

Builder& Builder::name(std::string name) {
  if (name.contains('\0')) throw std::invalid_argument("thread::Builder::name: a zero byte in the name");
  name_ = std::move(name);
  return *this;
}

void detail::refuse_spawn(std::error_code error) { throw std::system_error(error, "thread::spawn"); }

}  // namespace heddle::inline v0::thread
