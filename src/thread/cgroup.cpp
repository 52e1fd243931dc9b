// SPDX-License-Identifier: MIT
// Control groups, versions 1 and 2: see cgroups(7), and Documentation/admin-guide/cgroup-v2.rst of Linux.
#include "thread/cgroup.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

namespace heddle::inline v0::thread::detail {

namespace {

/// Cuts the part before `separator` off the front of `text`.
std::string_view cut(std::string_view& text, char separator) noexcept {
  const std::size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

bool lists(std::string_view commas, std::string_view wanted) noexcept {
  while (!commas.empty()) {
    if (cut(commas, ',') == wanted) return true;
  }
  return false;
}

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = end == text.data() + text.size() || *end == '\n';
  return error == std::errc() && whole ? std::optional(number) : std::nullopt;
}

std::optional<std::size_t> processors(std::optional<std::uint64_t> quota, std::optional<std::uint64_t> period) noexcept {
  if (!quota || !period || *period == 0) return std::nullopt;
  return std::max<std::size_t>(1, *quota / *period);
}

/// mountinfo writes space, tab, newline and backslash as \040 and so on.
std::string unescape(std::string_view text) {
  std::string plain;
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && std::ranges::all_of(text.substr(i + 1, 3), octal)) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

/// `path`, a group, below the one that is mounted; nothing if it isn't.
std::optional<std::string> below(std::string_view path, std::string_view root) {
  if (root == "/") return std::string(path == "/" ? "" : path);
  if (!path.starts_with(root)) return std::nullopt;
  const std::string_view rest = path.substr(root.size());
  if (!rest.empty() && rest.front() != '/') return std::nullopt;
  return std::string(rest);
}

std::optional<std::size_t> quota_of(const ReadFile& read, int version, const std::string& folder) {
  if (version == 2) {
    const auto text = read(folder + "/cpu.max");
    return text ? parse_cpu_max(*text) : std::nullopt;
  }
  const auto quota = read(folder + "/cpu.cfs_quota_us");
  const auto period = read(folder + "/cpu.cfs_period_us");
  return quota && period ? parse_cfs(*quota, *period) : std::nullopt;
}

}  // namespace

std::optional<CgroupPlace> find_cgroup(std::string_view text) {
  std::optional<CgroupPlace> unified;
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    const std::string_view hierarchy = cut(line, ':');
    const std::string_view controllers = cut(line, ':');
    if (!line.starts_with('/')) continue;
    if (lists(controllers, "cpu")) return CgroupPlace{1, std::string(line)};
    if (hierarchy == "0" && controllers.empty()) unified = CgroupPlace{2, std::string(line)};
  }
  return unified;
}

std::optional<CgroupMount> find_cgroup_mount(std::string_view text, int version) {
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    // id parent device root point options… - type source superblock-options
    std::vector<std::string_view> words;
    while (!line.empty()) words.push_back(cut(line, ' '));
    const auto dash = std::ranges::find(words, "-");
    if (words.size() < 6 || words.end() - dash < 4) continue;
    const bool right = version == 2 ? dash[1] == "cgroup2" : dash[1] == "cgroup" && lists(dash[3], "cpu");
    if (right) return CgroupMount{unescape(words[3]), unescape(words[4])};
  }
  return std::nullopt;
}

std::optional<std::size_t> parse_cpu_max(std::string_view text) {
  const std::string_view quota = cut(text, ' ');
  return processors(parse_number(quota), parse_number(text));
}

std::optional<std::size_t> parse_cfs(std::string_view quota, std::string_view period) {
  return processors(parse_number(quota), parse_number(period));
}

std::optional<std::size_t> cgroup_processors(const ReadFile& read) {
  const auto groups = read("/proc/self/cgroup");
  const auto place = groups ? find_cgroup(*groups) : std::nullopt;
  const auto mounts = place ? read("/proc/self/mountinfo") : std::nullopt;
  const auto mount = mounts ? find_cgroup_mount(*mounts, place->version) : std::nullopt;
  auto path = mount ? below(place->path, mount->root) : std::nullopt;
  if (!path) return std::nullopt;
  // A group is bound by the quotas of those above it too.
  std::optional<std::size_t> least;
  for (;;) {
    const auto quota = quota_of(read, place->version, mount->point + *path);
    if (quota) least = std::min(*quota, least.value_or(*quota));
    if (path->empty()) return least;
    path->erase(path->rfind('/'));
  }
}

}  // namespace heddle::inline v0::thread::detail
