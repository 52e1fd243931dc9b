// SPDX-License-Identifier: MIT
// After Tokio's fs_write: whole files, read and written.
#include "support/on_runtime.hpp"
#include "support/temp_dir.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace heddle_test {
namespace {

namespace fs = heddle::fs;
using heddle::Task;
using heddle::io::ErrorKind;

class FsWrite : public OnRuntime {
 protected:
  TempDir dir;
};
INSTANTIATE_TEST_SUITE_P(, FsWrite, every_kind(), name_of);

TEST_P(FsWrite, write_makes_a_file_and_read_gives_its_bytes) {
  run([](std::string path) -> Task<> {
    EXPECT_TRUE((co_await fs::write(path, "Hello, world!")).has_value());
    EXPECT_EQ(contents(path), "Hello, world!");
    const auto bytes = co_await fs::read(path);
    EXPECT_EQ(bytes.value().size(), 13U);
    EXPECT_EQ(bytes.value().front(), std::byte{'H'});
    const auto text = co_await fs::read_to_string(path);
    EXPECT_EQ(text.value(), "Hello, world!");
  }(dir / "file"));
}

TEST_P(FsWrite, write_empties_what_was_there) {
  run([](std::string path) -> Task<> {
    put(path, "something longer");
    EXPECT_TRUE((co_await fs::write(path, "short")).has_value());
    EXPECT_EQ(contents(path), "short");
  }(dir / "file"));
}

TEST_P(FsWrite, what_is_written_may_go_before_the_call_is_made) {
  run([](std::string path) -> Task<> {
    std::string text(100'000, 'a');
    auto writing = fs::write(path, text);
    text.assign(text.size(), 'b');
    EXPECT_TRUE((co_await writing).has_value());
    EXPECT_EQ(contents(path), std::string(100'000, 'a'));
  }(dir / "file"));
}

TEST_P(FsWrite, files_of_every_size_are_read_whole) {
  run([](std::string path) -> Task<> {
    for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 1'000'000U}) {
      const std::string text(size, 'x');
      put(path, text);
      const auto read = co_await fs::read_to_string(path);
      EXPECT_EQ(read.value(), text);
    }
  }(dir / "file"));
}

TEST_P(FsWrite, a_file_that_does_not_say_how_long_it_is_is_read_whole) {
  run([]() -> Task<> {
    const auto text = co_await fs::read_to_string("/proc/self/status");
    EXPECT_NE(text.value().find("VmRSS"), std::string::npos);
    EXPECT_TRUE(text.value().ends_with('\n'));
  }());
}

TEST_P(FsWrite, a_missing_file_is_not_found_and_a_directory_is_no_file) {
  run([](std::string folder) -> Task<> {
    EXPECT_EQ((co_await fs::read(folder + "/none")).error().kind(), ErrorKind::kNotFound);
    EXPECT_EQ((co_await fs::write(folder + "/none/file", "x")).error().kind(), ErrorKind::kNotFound);
    EXPECT_EQ((co_await fs::read(folder)).error().kind(), ErrorKind::kIsADirectory);
    EXPECT_EQ((co_await fs::write(folder, "x")).error().kind(), ErrorKind::kIsADirectory);
    put(folder + "/file", "x");
    EXPECT_EQ((co_await fs::read(folder + "/file/below")).error().kind(), ErrorKind::kNotADirectory);
  }(dir.path()));
}

TEST_P(FsWrite, a_full_device_is_reported) {
  run([]() -> Task<> {
    EXPECT_EQ((co_await fs::write("/dev/full", "x")).error().kind(), ErrorKind::kStorageFull);
  }());
}

TEST_P(FsWrite, text_that_is_not_utf8_is_refused_and_its_bytes_are_read) {
  run([](std::string path) -> Task<> {
    put(path, "caf\xe9");
    EXPECT_EQ((co_await fs::read_to_string(path)).error().kind(), ErrorKind::kInvalidData);
    EXPECT_EQ((co_await fs::read(path)).value().size(), 4U);
  }(dir / "file"));
}

TEST_P(FsWrite, a_path_with_a_nul_is_refused_by_every_operation) {
  run([](std::string file) -> Task<> {
    put(file, "kept");
    const std::string nul = file + std::string("\0x", 2);
    EXPECT_EQ((co_await fs::read(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::write(nul, "x")).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::metadata(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::symlink_metadata(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::try_exists(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::rename(nul, file)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::rename(file, nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::copy(nul, file)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::copy(file, nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::create_dir(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::create_dir_all(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::remove_file(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::remove_dir(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::remove_dir_all(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::hard_link(file, nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::symlink(nul, file)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::read_link(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::canonicalize(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::set_permissions(nul, fs::Permissions::from_mode(0))).error().kind(),
              ErrorKind::kInvalidInput);
    EXPECT_EQ((co_await fs::read_dir(nul)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ(contents(file), "kept");
  }(dir / "file"));
}

TEST_P(FsWrite, a_dropped_write_goes_on_by_itself) {
  run([](std::string path) -> Task<> {
    co_await heddle::select(heddle::biased, heddle::on(fs::write(path, "done"), [](auto&&) {}),
                            heddle::on(heddle::ready(), [] {}));
    for (;;) {
      if (contents(path) == "done") break;
      co_await heddle::task::yield_now();
    }
  }(dir / "file"));
}

}  // namespace
}  // namespace heddle_test
