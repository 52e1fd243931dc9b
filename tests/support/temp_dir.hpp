// SPDX-License-Identifier: MIT
// TempDir: a folder of its own for a test's files and sockets, removed with what is in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace heddle_test {

class TempDir {
 public:
  TempDir() : path_((std::filesystem::temp_directory_path() / "heddle-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  /// The path of a file in it.
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return std::filesystem::path(path_) / name; }

 private:
  std::string path_;
};

}  // namespace heddle_test
