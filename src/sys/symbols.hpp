// SPDX-License-Identifier: MIT
// Names of functions by their addresses.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace heddle::inline v0::sys {

/// Keeps the files open that it has looked into: for one report.
class Symbols {
 public:
  Symbols();
  ~Symbols();

  /// The function that `code` lies in, as C++ writes it; empty if neither its file nor the dynamic linker knows.
  [[nodiscard]] std::string function_at(const void* code);

  /// The file that `code` lies in, and where, as addr2line wants it: `program+0x1234`.
  [[nodiscard]] static std::string place_of(const void* code);

 private:
  class Module;
  std::vector<std::unique_ptr<Module>> modules_;
};

}  // namespace heddle::inline v0::sys
