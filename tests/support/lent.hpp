// SPDX-License-Identifier: MIT
// Lent: a pointer that a test gives to a task or thread which ends before what it points to.
#pragma once

#include <heddle/marker/rules.hpp>

namespace heddle::test {

template <class T>
class Lent {
 public:
  Lent(T* object) noexcept : object_(object) {}  // NOLINT(google-explicit-constructor): `f(&object)`
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }

 private:
  T* object_;

  // The test waits for whoever has it.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::test
