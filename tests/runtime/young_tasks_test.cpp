// SPDX-License-Identifier: MIT
// A worker's new tasks: by age, and by name.
#include "runtime/young_tasks.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>

#include "support/fake_task.hpp"

namespace heddle_test {
namespace {

using heddle::runtime::detail::YoungTasks;

class Young : public testing::Test {
 protected:
  FakeTask& task(std::size_t index) { return tasks_[index]; }
  void fill(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) ASSERT_EQ(young.push(task(i)), nullptr);
  }
  void expect_oldest_first(std::initializer_list<std::size_t> order) {
    for (const std::size_t index : order) EXPECT_EQ(young.pop_oldest(), &task(index));
    EXPECT_TRUE(young.empty());
  }

  YoungTasks young;

 private:
  std::array<FakeTask, 2 * YoungTasks::kCapacity> tasks_;
};

TEST_F(Young, gives_the_newest_or_the_oldest) {
  fill(0, 4);
  EXPECT_EQ(young.pop_newest(), &task(3));
  EXPECT_EQ(young.pop_oldest(), &task(0));
  EXPECT_EQ(young.pop_oldest(), &task(1));
  EXPECT_EQ(young.pop_newest(), &task(2));
  EXPECT_EQ(young.pop_newest(), nullptr);
  EXPECT_EQ(young.pop_oldest(), nullptr);
}

TEST_F(Young, gives_one_by_name_and_keeps_the_others_in_order) {
  fill(0, 5);
  EXPECT_TRUE(young.remove(task(2)));
  EXPECT_FALSE(young.remove(task(2)));
  EXPECT_TRUE(young.remove(task(4)));
  EXPECT_TRUE(young.remove(task(0)));
  EXPECT_FALSE(young.remove(task(9)));
  expect_oldest_first({1, 3});
}

TEST_F(Young, is_full_with_its_capacity_and_then_pushes_the_oldest_out) {
  fill(0, YoungTasks::kCapacity);
  EXPECT_EQ(young.push(task(YoungTasks::kCapacity)), &task(0));
  EXPECT_EQ(young.push(task(YoungTasks::kCapacity + 1)), &task(1));
  EXPECT_TRUE(young.remove(task(YoungTasks::kCapacity))) << "beyond the end of its array";
  EXPECT_EQ(young.pop_newest(), &task(YoungTasks::kCapacity + 1));
  EXPECT_EQ(young.pop_oldest(), &task(2));
}

}  // namespace
}  // namespace heddle_test
