// SPDX-License-Identifier: MIT
// After Tokio's fs_remove_file.
#include "support/on_runtime.hpp"
#include "support/temp_dir.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <string>

namespace heddle_test {
namespace {

namespace fs = heddle::fs;
using heddle::Task;
using heddle::io::ErrorKind;

class FsRemoveFile : public OnRuntime {
 protected:
  TempDir dir;
};
INSTANTIATE_TEST_SUITE_P(, FsRemoveFile, every_kind(), name_of);

TEST_P(FsRemoveFile, the_file_is_gone_and_a_second_time_not_found) {
  run([](std::string path) -> Task<> {
    put(path, "x");
    EXPECT_TRUE((co_await fs::remove_file(path)).has_value());
    EXPECT_FALSE((co_await fs::try_exists(path)).value());
    EXPECT_EQ((co_await fs::remove_file(path)).error().kind(), ErrorKind::kNotFound);
  }(dir / "file"));
}

TEST_P(FsRemoveFile, a_link_goes_and_its_file_stays_and_a_directory_is_refused) {
  run([](std::string folder) -> Task<> {
    put(folder + "/file", "kept");
    EXPECT_TRUE((co_await fs::symlink("file", folder + "/link")).has_value());
    EXPECT_TRUE((co_await fs::remove_file(folder + "/link")).has_value());
    EXPECT_EQ(contents(folder + "/file"), "kept");
    EXPECT_EQ((co_await fs::remove_file(folder)).error().kind(), ErrorKind::kIsADirectory);
  }(dir.path()));
}

}  // namespace
}  // namespace heddle_test
