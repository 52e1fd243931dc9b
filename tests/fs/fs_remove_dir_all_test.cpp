// SPDX-License-Identifier: MIT
// After Tokio's fs_remove_dir_all: trees, and links in them.
#include "support/on_runtime.hpp"
#include "support/temp_dir.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

namespace heddle_test {
namespace {

namespace fs = heddle::fs;
using heddle::Task;
using heddle::io::ErrorKind;

class FsRemoveDirAll : public OnRuntime {
 protected:
  TempDir dir;
};
INSTANTIATE_TEST_SUITE_P(, FsRemoveDirAll, every_kind(), name_of);

TEST_P(FsRemoveDirAll, everything_below_goes) {
  run([](std::string root) -> Task<> {
    EXPECT_TRUE((co_await fs::create_dir_all(root + "/a/b/c")).has_value());
    for (int i = 0; i < 500; ++i) put(root + "/a/b/" + std::to_string(i), "x");
    EXPECT_TRUE((co_await fs::remove_dir_all(root)).has_value());
    EXPECT_FALSE((co_await fs::try_exists(root)).value());
  }(dir / "root"));
}

TEST_P(FsRemoveDirAll, links_are_removed_and_not_followed) {
  run([](std::string root, std::string kept) -> Task<> {
    EXPECT_TRUE((co_await fs::create_dir(kept)).has_value());
    put(kept + "/file", "kept");
    EXPECT_TRUE((co_await fs::create_dir(root)).has_value());
    EXPECT_TRUE((co_await fs::symlink(kept, root + "/link")).has_value());
    EXPECT_TRUE((co_await fs::remove_dir_all(root)).has_value());
    EXPECT_EQ(contents(kept + "/file"), "kept");
    EXPECT_TRUE((co_await fs::symlink(kept, root)).has_value());
    EXPECT_TRUE((co_await fs::remove_dir_all(root)).has_value());
    EXPECT_EQ((co_await fs::symlink_metadata(root)).error().kind(), ErrorKind::kNotFound);
    EXPECT_EQ(contents(kept + "/file"), "kept");
  }(dir / "root", dir / "kept"));
}

TEST_P(FsRemoveDirAll, a_link_that_is_swapped_in_meanwhile_is_not_followed) {
  run([](std::string root, std::string kept) -> Task<> {
    EXPECT_TRUE((co_await fs::create_dir(kept)).has_value());
    put(kept + "/file", "kept");
    const std::string inner = root + "/inner", aside = root + ".aside";
    std::atomic<bool> over = false;
    std::jthread swapper([&] {
      while (!over) {
        std::error_code ignored;
        std::filesystem::rename(inner, aside, ignored);
        std::filesystem::create_directory_symlink(kept, inner, ignored);
        std::filesystem::remove(inner, ignored);
        std::filesystem::rename(aside, inner, ignored);
      }
    });
    for (int i = 0; i < 50; ++i) {
      std::ignore = co_await fs::create_dir_all(inner);
      for (int file = 0; file < 10; ++file) put(inner + "/" + std::to_string(file), "x");
      std::ignore = co_await fs::remove_dir_all(root);
      put(kept + "/file", contents(kept + "/file") == "kept" ? "kept" : "lost");
    }
    over = true;
    swapper.join();
    EXPECT_EQ(contents(kept + "/file"), "kept");
  }(dir / "root", dir / "kept"));
}

TEST_P(FsRemoveDirAll, a_file_is_refused_and_what_is_not_there_not_found) {
  run([](std::string path) -> Task<> {
    EXPECT_EQ((co_await fs::remove_dir_all(path)).error().kind(), ErrorKind::kNotFound);
    put(path, "kept");
    EXPECT_EQ((co_await fs::remove_dir_all(path)).error().kind(), ErrorKind::kNotADirectory);
    EXPECT_EQ(contents(path), "kept");
  }(dir / "file"));
}

}  // namespace
}  // namespace heddle_test
