// SPDX-License-Identifier: MIT
// Reading the processor quota of a control group.
#include "thread/cgroup.hpp"

#include <heddle/thread/thread.hpp>

#include "sys/thread.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

namespace {

namespace thread = heddle::thread;
using namespace thread::detail;  // NOLINT: parsers, many of them

constexpr std::string_view kV1Groups =
    "12:pids:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n0::/system.slice\n";
constexpr std::string_view kV2Groups = "0::/user.slice/app\n";
constexpr std::string_view kV1Mounts =
    "30 23 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n"
    "31 30 0:27 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro shared:7 master:1 - cgroup cgroup rw,cpu,cpuacct\n"
    "32 30 0:28 / /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset\n";
constexpr std::string_view kV2Mounts = "35 23 0:30 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

/// A system of files in memory.
ReadFile files(std::map<std::string, std::string> contents) {
  return [contents = std::move(contents)](const std::string& path) {
    const auto file = contents.find(path);
    return file == contents.end() ? std::nullopt : std::optional(file->second);
  };
}

TEST(Cgroup, a_quota_is_whole_processors_and_at_least_one) {
  EXPECT_EQ(parse_cpu_max("200000 100000\n"), 2U);
  EXPECT_EQ(parse_cpu_max("250000 100000\n"), 2U);
  EXPECT_EQ(parse_cpu_max("50000 100000\n"), 1U);
  EXPECT_EQ(parse_cfs("300000\n", "100000\n"), 3U);
}

TEST(Cgroup, no_quota_is_none) {
  EXPECT_EQ(parse_cpu_max("max 100000\n"), std::nullopt);
  EXPECT_EQ(parse_cfs("-1\n", "100000\n"), std::nullopt);
}

TEST(Cgroup, what_makes_no_sense_is_none) {
  for (const char* text : {"", "\n", "100000", "100000 ", "100000 0\n", "1e5 100000\n", "100000 x\n", "10 99999999999999999999\n"}) {
    EXPECT_EQ(parse_cpu_max(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_cfs("", ""), std::nullopt);
  EXPECT_EQ(parse_cfs("100000", "0"), std::nullopt);
}

TEST(Cgroup, the_cpu_controller_of_version_1_goes_before_version_2) {
  const auto place = find_cgroup(kV1Groups);
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->version, 1);
  EXPECT_EQ(place->path, "/docker/abc");
}

TEST(Cgroup, without_the_controller_the_group_is_that_of_version_2) {
  const auto place = find_cgroup(kV2Groups);
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->version, 2);
  EXPECT_EQ(place->path, "/user.slice/app");
}

TEST(Cgroup, a_controller_is_found_by_its_whole_name) {
  EXPECT_EQ(find_cgroup("4:cpuacct:/a\n3:cpuset:/b\n"), std::nullopt);
}

TEST(Cgroup, lines_that_make_no_sense_are_passed_over) {
  EXPECT_EQ(find_cgroup("\n:\n::\n4:cpu\n4:cpu:relative\nnonsense\n"), std::nullopt);
  EXPECT_EQ(find_cgroup(""), std::nullopt);
  EXPECT_EQ(find_cgroup_mount("\n- -\n1 2 3 - cgroup2\n    \n", 2), std::nullopt);
}

TEST(Cgroup, the_mount_is_that_of_the_version_and_controller) {
  const auto v1 = find_cgroup_mount(kV1Mounts, 1);
  ASSERT_TRUE(v1.has_value());
  EXPECT_EQ(v1->root, "/docker/abc");
  EXPECT_EQ(v1->point, "/sys/fs/cgroup/cpu,cpuacct");
  const auto v2 = find_cgroup_mount(kV2Mounts, 2);
  ASSERT_TRUE(v2.has_value());
  EXPECT_EQ(v2->point, "/sys/fs/cgroup");
  EXPECT_EQ(find_cgroup_mount(kV1Mounts, 2), std::nullopt);
}

TEST(Cgroup, a_mount_with_a_space_in_its_name_is_found) {
  const auto mount = find_cgroup_mount("35 23 0:30 / /my\\040groups rw - cgroup2 c rw\n", 2);
  ASSERT_TRUE(mount.has_value());
  EXPECT_EQ(mount->point, "/my groups");
}

TEST(Cgroup, the_least_quota_on_the_way_up_counts) {
  const auto read = files({{"/proc/self/cgroup", std::string(kV2Groups)},
                           {"/proc/self/mountinfo", std::string(kV2Mounts)},
                           {"/sys/fs/cgroup/user.slice/app/cpu.max", "max 100000\n"},
                           {"/sys/fs/cgroup/user.slice/cpu.max", "300000 100000\n"},
                           {"/sys/fs/cgroup/cpu.max", "800000 100000\n"}});
  EXPECT_EQ(cgroup_processors(read), 3U);
}

TEST(Cgroup, version_1_is_read_below_the_mounted_group) {
  const auto read = files({{"/proc/self/cgroup", std::string(kV1Groups)},
                           {"/proc/self/mountinfo", std::string(kV1Mounts)},
                           {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "400000\n"},
                           {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"}});
  EXPECT_EQ(cgroup_processors(read), 4U);
}

TEST(Cgroup, a_group_outside_of_the_mounted_one_says_nothing) {
  const auto read = files({{"/proc/self/cgroup", "4:cpu:/docker/abcdef\n"},
                           {"/proc/self/mountinfo", std::string(kV1Mounts)},
                           {"/sys/fs/cgroup/cpu,cpuacctdef/cpu.cfs_quota_us", "400000\n"},
                           {"/sys/fs/cgroup/cpu,cpuacctdef/cpu.cfs_period_us", "100000\n"}});
  EXPECT_EQ(cgroup_processors(read), std::nullopt);
}

TEST(Cgroup, without_files_there_is_no_quota) { EXPECT_EQ(cgroup_processors(files({})), std::nullopt); }

TEST(AvailableParallelism, is_at_least_one_and_at_most_what_affinity_allows) {
  EXPECT_GE(thread::available_parallelism(), 1U);
  EXPECT_LE(thread::available_parallelism(), heddle::sys::allowed_processors());
}

}  // namespace
