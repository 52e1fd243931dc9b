// SPDX-License-Identifier: MIT
// A program of somebody else's: uses a compiled part of heddle, and catches one of its exceptions.
#include <heddle/base/blocking.hpp>

#include <cstdio>

int main() {
  heddle::base::set_in_async(true);
  try {
    heddle::base::refuse_in_async("consumer", "nothing");
  } catch (const heddle::BlockingInAsync& refusal) {
    std::puts(refusal.what());
    return 0;
  }
  return 1;
}
