// SPDX-License-Identifier: MIT
// After Tokio's fs_rename.
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

class FsRename : public OnRuntime {
 protected:
  TempDir dir;
};
INSTANTIATE_TEST_SUITE_P(, FsRename, every_kind(), name_of);

TEST_P(FsRename, the_file_has_its_new_name_and_not_the_old) {
  run([](std::string from, std::string to) -> Task<> {
    put(from, "moved");
    put(to, "replaced");
    EXPECT_TRUE((co_await fs::rename(from, to)).has_value());
    EXPECT_FALSE((co_await fs::try_exists(from)).value());
    EXPECT_EQ(contents(to), "moved");
    EXPECT_EQ((co_await fs::rename(from, to)).error().kind(), ErrorKind::kNotFound);
  }(dir / "from", dir / "to"));
}

TEST_P(FsRename, between_file_systems_it_is_refused) {
  run([](std::string to) -> Task<> {
    const auto refused = co_await fs::rename("/proc/self/status", to);
    EXPECT_EQ(refused.error().kind(), ErrorKind::kCrossesDevices);
  }(dir / "to"));
}

}  // namespace
}  // namespace heddle_test
