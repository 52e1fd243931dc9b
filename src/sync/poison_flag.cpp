// SPDX-License-Identifier: MIT
// Where the C++ runtime counts the exceptions that are in flight.
#include <heddle/sync/detail/poison_flag.hpp>

#include <cxxabi.h>

namespace heddle::inline v0::sync::detail {

constinit thread_local const unsigned* in_flight_counter = nullptr;

const unsigned* find_in_flight_counter() noexcept {
  // The head of what __cxa_get_globals() points to, fixed by the Itanium C++ ABI (2.2.2).
  struct Globals {
    void* caught;
    unsigned in_flight;
  };
  // SAFETY: the ABI gives the layout, and each thread's object lives as long as the thread.
  in_flight_counter = &reinterpret_cast<const Globals*>(abi::__cxa_get_globals())->in_flight;
  return in_flight_counter;
}

}  // namespace heddle::inline v0::sync::detail
