// SPDX-License-Identifier: MIT
// Threads that change their parent's data: each its own, and what two would change at once is refused.
#include <heddle/heddle.hpp>

#include <fmt/format.h>

namespace hd = heddle;

int main() {
  int a = 1;
  int b = 2;
  int c = 3;

  hd::thread::scope([&](hd::thread::Scope& s) {
    s.spawn([](int& a, const int& b) { a += b; }, s.mut(a), s.ref(b));
    s.spawn([](int& c, const int& b) { c *= b; }, s.mut(c), s.ref(b));  // b is read by both
  });
  fmt::print("a = {}, b = {}, c = {}\n", a, b, c);

  // The first thread has `a` until the scope ends, whether it still runs or not.
  hd::thread::scope([&](hd::thread::Scope& s) {
    s.spawn([](int& a) { a += 10; }, s.mut(a));
    try {
      s.spawn([](const int& a) { fmt::print("never: {}\n", a); }, s.ref(a));
    } catch (const hd::thread::BorrowConflict& conflict) {
      fmt::print("Refused: line {} borrows what line {} has borrowed\n", conflict.second().line(),
                 conflict.first().line());
    }
  });
  fmt::print("a = {}\n", a);
}
