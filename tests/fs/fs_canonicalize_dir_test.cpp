// SPDX-License-Identifier: MIT
// After Tokio's fs_canonicalize_dir.
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

class FsCanonicalizeDir : public OnRuntime {
 protected:
  TempDir dir;
};
INSTANTIATE_TEST_SUITE_P(, FsCanonicalizeDir, every_kind(), name_of);

TEST_P(FsCanonicalizeDir, the_root_is_the_root) {
  run([]() -> Task<> {
    EXPECT_EQ((co_await fs::canonicalize("/.")).value(), "/");
  }());
}

TEST_P(FsCanonicalizeDir, links_and_dots_are_resolved_and_all_must_be_there) {
  run([](std::string root) -> Task<> {
    root = (co_await fs::canonicalize(root)).value();
    EXPECT_TRUE((co_await fs::create_dir(root + "/a")).has_value());
    EXPECT_TRUE((co_await fs::symlink("a", root + "/link")).has_value());
    EXPECT_EQ((co_await fs::canonicalize(root + "/a/.././link")).value(), root + "/a");
    EXPECT_EQ((co_await fs::canonicalize(root + "/none")).error().kind(), ErrorKind::kNotFound);
  }(dir.path()));
}

}  // namespace
}  // namespace heddle_test
