// SPDX-License-Identifier: MIT
// What the compiler says when a thread is given what must stay with one.
// Does not compile: ./run send_error shows why.
#include <heddle/heddle.hpp>

#include <fmt/format.h>

namespace hd = heddle;

int main() {
  auto data = hd::Rc<int>::make(42);  // counts its owners without atomics: for one thread
  hd::thread::spawn([](hd::Rc<int> data) { fmt::print("{}\n", *data); }, std::move(data));
}
