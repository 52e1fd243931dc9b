// SPDX-License-Identifier: MIT
// After Tokio's fs_try_exists, and metadata.
#include "support/on_runtime.hpp"
#include "support/temp_dir.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace heddle_test {
namespace {

namespace fs = heddle::fs;
using heddle::Task;
using heddle::io::ErrorKind;

class FsTryExists : public OnRuntime {
 protected:
  TempDir dir;
};
INSTANTIATE_TEST_SUITE_P(, FsTryExists, every_kind(), name_of);

TEST_P(FsTryExists, it_tells_what_is_there_from_what_is_not) {
  run([](std::string folder) -> Task<> {
    put(folder + "/file", "x");
    EXPECT_TRUE((co_await fs::try_exists(folder + "/file")).value());
    EXPECT_FALSE((co_await fs::try_exists(folder + "/none")).value());
    EXPECT_EQ((co_await fs::try_exists(folder + "/file/below")).error().kind(), ErrorKind::kNotADirectory);
  }(dir.path()));
}

TEST_P(FsTryExists, a_link_that_leads_nowhere_is_not_there) {
  run([](std::string link) -> Task<> {
    EXPECT_TRUE((co_await fs::symlink("nowhere", link)).has_value());
    EXPECT_FALSE((co_await fs::try_exists(link)).value());
  }(dir / "link"));
}

TEST_P(FsTryExists, metadata_says_what_the_system_knows) {
  run([](std::string path) -> Task<> {
    const auto before = std::chrono::system_clock::now() - std::chrono::minutes(1);
    put(path, "four");
    EXPECT_TRUE((co_await fs::set_permissions(path, fs::Permissions::from_mode(0640))).has_value());
    const auto metadata = (co_await fs::metadata(path)).value();
    EXPECT_EQ(metadata.len(), 4U);
    EXPECT_EQ(metadata.permissions().mode() & 0777, 0640U);
    EXPECT_FALSE(metadata.permissions().readonly());
    EXPECT_GT(metadata.modified(), before);
    EXPECT_GT(metadata.accessed(), before);
    if (const auto created = metadata.created(); created.has_value()) {
      EXPECT_GT(*created, before);
    } else {
      EXPECT_EQ(created.error().kind(), ErrorKind::kUnsupported);
    }
    const auto device = (co_await fs::metadata("/dev/null")).value();
    EXPECT_TRUE(device.file_type().is_char_device());
    EXPECT_FALSE(device.is_file() || device.is_dir() || device.is_symlink());
  }(dir / "file"));
}

}  // namespace
}  // namespace heddle_test
