// SPDX-License-Identifier: MIT
// How many processors the control group of this process may use, from the files in which Linux says so.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace heddle::inline v0::thread::detail {

/// The text of a file, or nothing.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

/// The least quota on the way from the process's group up to the root, in whole processors, at least 1; nothing if no
/// group has one, or the files can't be read or understood.
[[nodiscard]] std::optional<std::size_t> cgroup_processors(const ReadFile& read);

/// Where the process's group is, from /proc/self/cgroup: that of the "cpu" controller (version 1), else of version 2.
struct CgroupPlace {
  int version;
  std::string path;
};
[[nodiscard]] std::optional<CgroupPlace> find_cgroup(std::string_view proc_self_cgroup);

/// Where the hierarchy is mounted, and which of its groups stands there, from /proc/self/mountinfo.
struct CgroupMount {
  std::string root;
  std::string point;
};
[[nodiscard]] std::optional<CgroupMount> find_cgroup_mount(std::string_view proc_self_mountinfo, int version);

/// "quota period" of version 2's cpu.max, as whole processors; nothing for "max".
[[nodiscard]] std::optional<std::size_t> parse_cpu_max(std::string_view text);

/// Version 1's cpu.cfs_quota_us and cpu.cfs_period_us; nothing for a quota of -1.
[[nodiscard]] std::optional<std::size_t> parse_cfs(std::string_view quota, std::string_view period);

}  // namespace heddle::inline v0::thread::detail
