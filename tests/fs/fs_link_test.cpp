// SPDX-License-Identifier: MIT
// After Tokio's fs_link, fs_symlink_dir and fs_symlink_file: other names, and where they lead.
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

class FsLink : public OnRuntime {
 protected:
  TempDir dir;
};
INSTANTIATE_TEST_SUITE_P(, FsLink, every_kind(), name_of);

TEST_P(FsLink, a_hard_link_is_one_more_name_of_the_same_file) {
  run([](std::string file, std::string link) -> Task<> {
    put(file, "before");
    EXPECT_TRUE((co_await fs::hard_link(file, link)).has_value());
    put(file, "after");
    EXPECT_EQ(contents(link), "after");
    const auto one = (co_await fs::metadata(file)).value();
    const auto other = (co_await fs::symlink_metadata(link)).value();
    EXPECT_EQ(one.ino(), other.ino());
    EXPECT_EQ(one.dev(), other.dev());
    EXPECT_EQ(one.nlink(), 2U);
  }(dir / "file", dir / "link"));
}

TEST_P(FsLink, a_hard_link_needs_a_file_and_a_free_name) {
  run([](std::string folder) -> Task<> {
    const std::string file = folder + "/file", other = folder + "/other";
    EXPECT_EQ((co_await fs::hard_link(file, other)).error().kind(), ErrorKind::kNotFound);
    put(file, "x");
    put(other, "y");
    EXPECT_EQ((co_await fs::hard_link(file, other)).error().kind(), ErrorKind::kAlreadyExists);
    EXPECT_EQ((co_await fs::hard_link(folder, folder + "/link")).error().kind(), ErrorKind::kPermissionDenied);
  }(dir.path()));
}

TEST_P(FsLink, a_link_to_a_file_is_followed_by_all_but_symlink_metadata) {
  run([](std::string file, std::string link) -> Task<> {
    put(file, "four");
    EXPECT_TRUE((co_await fs::symlink(file, link)).has_value());
    EXPECT_EQ((co_await fs::read_link(link)).value(), file);
    EXPECT_EQ((co_await fs::read_to_string(link)).value(), "four");
    EXPECT_TRUE((co_await fs::metadata(link)).value().is_file());
    const auto its_own = (co_await fs::symlink_metadata(link)).value();
    EXPECT_TRUE(its_own.is_symlink());
    EXPECT_FALSE(its_own.is_file());
    EXPECT_TRUE((co_await fs::symlink_metadata(file)).value().is_file());
  }(dir / "file", dir / "link"));
}

TEST_P(FsLink, a_link_to_a_directory_leads_into_it) {
  run([](std::string folder, std::string link) -> Task<> {
    EXPECT_TRUE((co_await fs::create_dir(folder)).has_value());
    EXPECT_TRUE((co_await fs::symlink(folder, link)).has_value());
    EXPECT_TRUE((co_await fs::write(link + "/file", "x")).has_value());
    EXPECT_EQ(contents(folder + "/file"), "x");
    EXPECT_TRUE((co_await fs::symlink_metadata(link)).value().file_type().is_symlink());
  }(dir / "folder", dir / "link"));
}

TEST_P(FsLink, a_long_link_is_read_whole_and_what_is_no_link_refused) {
  run([](std::string link, std::string file) -> Task<> {
    const std::string target(1000, 'x');
    EXPECT_TRUE((co_await fs::symlink(target, link)).has_value());
    EXPECT_EQ((co_await fs::read_link(link)).value(), target);
    put(file, "x");
    EXPECT_EQ((co_await fs::read_link(file)).error().kind(), ErrorKind::kInvalidInput);
  }(dir / "link", dir / "file"));
}

}  // namespace
}  // namespace heddle_test
