// SPDX-License-Identifier: MIT
// After Tokio's fs_copy: contents and permissions.
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

class FsCopy : public OnRuntime {
 protected:
  TempDir dir;
};
INSTANTIATE_TEST_SUITE_P(, FsCopy, every_kind(), name_of);

TEST_P(FsCopy, copy_takes_the_contents_and_says_how_much_it_was) {
  run([](std::string from, std::string to) -> Task<> {
    put(from, "Hello File!");
    EXPECT_EQ((co_await fs::copy(from, to)).value(), 11U);
    EXPECT_EQ(contents(to), "Hello File!");
  }(dir / "from", dir / "to"));
}

TEST_P(FsCopy, copy_replaces_what_was_there) {
  run([](std::string from, std::string to) -> Task<> {
    put(from, "new");
    put(to, "something old and longer");
    EXPECT_EQ((co_await fs::copy(from, to)).value(), 3U);
    EXPECT_EQ(contents(to), "new");
  }(dir / "from", dir / "to"));
}

TEST_P(FsCopy, copy_takes_the_permissions) {
  run([](std::string from, std::string to) -> Task<> {
    put(from, "x");
    auto permissions = (co_await fs::metadata(from)).value().permissions();
    permissions.set_readonly(true);
    EXPECT_TRUE((co_await fs::set_permissions(from, permissions)).has_value());
    EXPECT_TRUE((co_await fs::copy(from, to)).has_value());
    EXPECT_TRUE((co_await fs::metadata(to)).value().permissions().readonly());
  }(dir / "from", dir / "to"));
}

TEST_P(FsCopy, a_file_copied_onto_itself_stays_as_it_is) {
  run([](std::string file, std::string link) -> Task<> {
    put(file, "kept");
    EXPECT_TRUE((co_await fs::hard_link(file, link)).has_value());
    EXPECT_EQ((co_await fs::copy(file, file)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::copy(file, link)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ(contents(file), "kept");
  }(dir / "file", dir / "link"));
}

TEST_P(FsCopy, a_directory_is_not_copied_and_a_missing_file_not_found) {
  run([](std::string folder) -> Task<> {
    EXPECT_EQ((co_await fs::copy(folder, folder + "/to")).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::copy(folder + "/none", folder + "/to")).error().kind(), ErrorKind::kNotFound);
    EXPECT_FALSE((co_await fs::try_exists(folder + "/to")).value());
  }(dir.path()));
}

TEST_P(FsCopy, a_file_that_says_it_is_empty_and_is_not_is_copied_whole) {
  run([](std::string to) -> Task<> {
    EXPECT_GT((co_await fs::copy("/proc/self/status", to)).value(), 0U);
    EXPECT_NE(contents(to).find("VmRSS"), std::string::npos);
  }(dir / "to"));
}

TEST_P(FsCopy, a_full_device_is_reported) {
  run([](std::string from) -> Task<> {
    put(from, "x");
    EXPECT_EQ((co_await fs::copy(from, "/dev/full")).error().kind(), ErrorKind::kStorageFull);
  }(dir / "from"));
}

}  // namespace
}  // namespace heddle_test
