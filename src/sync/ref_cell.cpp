// SPDX-License-Identifier: MIT
// The words of BorrowError and BorrowMutError.
#include <heddle/sync/ref_cell.hpp>

namespace heddle::inline v0::sync {

namespace {

std::string describe(const char* what, const base::HeldGuards::Entry* earlier) {
  return earlier == nullptr ? what : std::string(what) + ", at " + base::to_string(earlier->taken);
}

}  // namespace

BorrowError::BorrowError(const base::HeldGuards::Entry* earlier)
    : std::logic_error(describe("a RefCell is already mutably borrowed", earlier)) {}

BorrowMutError::BorrowMutError(const base::HeldGuards::Entry* earlier)
    : std::logic_error(describe("a RefCell is already borrowed", earlier)) {}

}  // namespace heddle::inline v0::sync
