// GCC 12: use of deleted function 'Async<T>::Async(Async<T>&&) [with T = int]'
// Clang 22: call to deleted constructor of 'typename std::remove_reference<Async<int> &>::type' (aka 'Async<int>')
// An Async stays where it was made, so that what it borrows outlives it.
#include <heddle/future/async.hpp>

#include <utility>

namespace hd = heddle;

hd::Async<int> number();

void f() {
  auto async = number();
  auto elsewhere = std::move(async);  // refused
}
