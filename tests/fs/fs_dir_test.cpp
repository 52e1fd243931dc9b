// SPDX-License-Identifier: MIT
// After Tokio's fs_dir: making, reading and removing directories.
#include "support/on_runtime.hpp"
#include "support/temp_dir.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

namespace heddle_test {
namespace {

namespace fs = heddle::fs;
using heddle::Task;
using heddle::io::ErrorKind;

class FsDir : public OnRuntime {
 protected:
  TempDir dir;
};
INSTANTIATE_TEST_SUITE_P(, FsDir, every_kind(), name_of);

Task<std::set<std::string>> names_in(std::string path) {
  std::set<std::string> names;
  auto entries = (co_await fs::read_dir(path)).value();
  for (;;) {
    auto entry = (co_await entries.next_entry()).value();
    if (!entry) break;
    EXPECT_TRUE(names.insert(entry->file_name()).second);
  }
  co_return names;
}

std::set<std::string> make_files(const std::string& folder, int count) {
  std::set<std::string> names;
  for (int i = 0; i < count; ++i) {
    const std::string name = "file" + std::to_string(i);
    put(folder + "/" + name, "x");
    names.insert(name);
  }
  return names;
}

TEST_P(FsDir, create_dir_makes_one_and_only_once) {
  run([](std::string path) -> Task<> {
    EXPECT_TRUE((co_await fs::create_dir(path)).has_value());
    EXPECT_TRUE((co_await fs::metadata(path)).value().is_dir());
    EXPECT_EQ((co_await fs::create_dir(path)).error().kind(), ErrorKind::kAlreadyExists);
    EXPECT_EQ((co_await fs::create_dir(path + "/a/b")).error().kind(), ErrorKind::kNotFound);
  }(dir / "new"));
}

TEST_P(FsDir, create_dir_all_makes_what_is_missing_above) {
  run([](std::string path) -> Task<> {
    EXPECT_TRUE((co_await fs::create_dir_all(path + "/a/b//c/")).has_value());
    EXPECT_TRUE((co_await fs::metadata(path + "/a/b/c")).value().is_dir());
    EXPECT_TRUE((co_await fs::create_dir_all(path + "/a/b/c")).has_value());
    EXPECT_TRUE((co_await fs::create_dir_all("/")).has_value());
    put(path + "/file", "x");
    EXPECT_EQ((co_await fs::create_dir_all(path + "/file")).error().kind(), ErrorKind::kAlreadyExists);
    EXPECT_EQ((co_await fs::create_dir_all(path + "/file/below")).error().kind(), ErrorKind::kNotADirectory);
  }(dir / "new"));
}

TEST_P(FsDir, a_builder_makes_directories_with_a_mode) {
  run([](std::string path) -> Task<> {
    const auto refused = co_await fs::DirBuilder().create(path + "/a");
    EXPECT_EQ(refused.error().kind(), ErrorKind::kNotFound);
    EXPECT_TRUE((co_await fs::DirBuilder().recursive(true).mode(0500).create(path)).has_value());
    EXPECT_EQ((co_await fs::metadata(path)).value().mode() & 0777, 0500U);
    EXPECT_TRUE((co_await fs::metadata(path)).value().permissions().readonly());
  }(dir / "new"));
}

TEST_P(FsDir, remove_dir_removes_an_empty_one_only) {
  run([](std::string path) -> Task<> {
    EXPECT_TRUE((co_await fs::create_dir(path)).has_value());
    put(path + "/file", "x");
    EXPECT_EQ((co_await fs::remove_dir(path)).error().kind(), ErrorKind::kDirectoryNotEmpty);
    EXPECT_EQ((co_await fs::remove_dir(path + "/file")).error().kind(), ErrorKind::kNotADirectory);
    EXPECT_TRUE((co_await fs::remove_file(path + "/file")).has_value());
    EXPECT_TRUE((co_await fs::remove_dir(path)).has_value());
    EXPECT_FALSE((co_await fs::try_exists(path)).value());
  }(dir / "new"));
}

TEST_P(FsDir, read_dir_gives_every_file_once_however_many_there_are) {
  run([](std::string path) -> Task<> {
    std::set<std::string> names = co_await names_in(path);
    EXPECT_TRUE(names.empty());
    for (const int count : {1, 127, 128, 129, 300}) {
      const auto made = make_files(path, count);
      names = co_await names_in(path);
      EXPECT_EQ(names, made);
    }
  }(dir.path()));
}

TEST_P(FsDir, after_the_end_there_is_nothing_again) {
  run([](std::string path) -> Task<> {
    auto entries = (co_await fs::read_dir(path)).value();
    EXPECT_FALSE((co_await entries.next_entry()).value().has_value());
    EXPECT_FALSE((co_await entries.next_entry()).value().has_value());
  }(dir.path()));
}

TEST_P(FsDir, a_directory_is_a_stream_of_its_files) {
  run([](std::string path) -> Task<> {
    const auto made = make_files(path, 300);
    auto entries = (co_await fs::read_dir(path)).value();
    std::set<std::string> names;
    for (;;) {
      auto entry = co_await heddle::next(entries);
      if (!entry) break;
      names.insert(entry->value().file_name());
    }
    EXPECT_EQ(names, made);
  }(dir.path()));
}

TEST_P(FsDir, an_entry_knows_its_path_its_type_and_its_metadata) {
  run([](std::string path) -> Task<> {
    put(path + "/file", "four");
    for (const std::string& root : {path, path + "/"}) {
      auto entries = (co_await fs::read_dir(root)).value();
      auto entry = (co_await entries.next_entry()).value();
      EXPECT_EQ(entry->file_name(), "file");
      EXPECT_EQ(entry->path(), path + "/file");
      EXPECT_TRUE((co_await entry->file_type()).value().is_file());
      const auto metadata = (co_await entry->metadata()).value();
      EXPECT_EQ(metadata.len(), 4U);
      EXPECT_EQ(metadata.ino(), entry->ino());
    }
  }(dir.path()));
}

TEST_P(FsDir, what_is_no_directory_can_not_be_read_as_one) {
  run([](std::string path) -> Task<> {
    put(path + "/file", "x");
    EXPECT_EQ((co_await fs::read_dir(path + "/file")).error().kind(), ErrorKind::kNotADirectory);
    EXPECT_EQ((co_await fs::read_dir(path + "/none")).error().kind(), ErrorKind::kNotFound);
  }(dir.path()));
}

}  // namespace
}  // namespace heddle_test
