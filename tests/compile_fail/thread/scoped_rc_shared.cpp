// GCC 12: `Rc<int>` cannot be shared between threads safely: use Arc; found in thread::detail::Borrowed<const Rc<int>, thread::detail::Access::kShared> -> const Rc<int>& -> Rc<int>
// Clang 22: cannot_be_shared_between_threads_safely<Rc<int>, because<"use Arc">, found_in<thread::detail::Borrowed<const Rc<int>, thread::detail::Access::kShared>, const Rc<int> &>>
// Even for a while, an Rc is not shared.
#include <heddle/sync/rc.hpp>
#include <heddle/thread/scope.hpp>

namespace hd = heddle;

void f(const hd::sync::Rc<int>& data) {
  hd::thread::scope([&](hd::thread::Scope& s) {
    s.spawn([](const hd::sync::Rc<int>&) {}, s.ref(data));  // refused
  });
}
