# SPDX-License-Identifier: MIT
"""check_comments.py finds each kind of planted fault, and leaves good files alone."""

import unittest

import planted

check_comments = planted.load("check_comments")


class CheckComments(planted.PlantedTree):
    def test_a_good_file_passes(self):
        self.plant("src/base/a.cpp", "int one() { return count.load(relaxed); }\n")
        self.assert_clean(check_comments)

    def test_a_missing_licence_line_is_a_fault(self):
        self.plant("src/base/a.cpp", "int one();\n", head="// A file of the planted tree.\n")
        self.assert_fault(check_comments, "src/base/a.cpp:1: has to start with")

    def test_a_missing_first_sentence_is_a_fault(self):
        self.plant("src/base/a.cpp", "int one();\n", head="// SPDX-License-Identifier: MIT\n")
        self.assert_fault(check_comments, "src/base/a.cpp:2: has to say")

    def test_a_script_may_start_with_its_interpreter(self):
        self.plant("tools/a.sh", head="#!/bin/sh\n# SPDX-License-Identifier: MIT\n# Does nothing at all.\n")
        self.assert_clean(check_comments)

    def test_every_word_of_unfinished_work_is_a_fault(self):
        for word in check_comments.FORBIDDEN_WORDS:
            with self.subTest(word):
                self.plant("src/base/a.cpp", f"int one();  // {word}: finish\n")
                self.assert_fault(check_comments, "src/base/a.cpp:3:", "unfinished")

    def test_a_word_inside_another_is_none(self):
        self.plant("src/base/a.cpp", "using std::placeholders::_1;  // mkstemp wants XXXXXX\n")
        self.assert_clean(check_comments)

    def test_a_name_that_says_nothing_is_a_fault(self):
        for path in ["src/base/util.cpp", "src/misc/a.cpp", "tests/support/helpers.hpp", "src/base/base_list.hpp"]:
            with self.subTest(path):
                self.plant(path)
                self.assert_fault(check_comments, f"{path}:1:", "says nothing")
                (self.root / path).unlink()

    def test_a_cast_without_its_reason_is_a_fault(self):
        for cast in ["reinterpret_cast<int*>(p)", "const_cast<int*>(p)", "std::launder(p)"]:
            with self.subTest(cast):
                self.plant("src/base/a.cpp", f"auto q = {cast};\n")
                self.assert_fault(check_comments, "src/base/a.cpp:3:", "SAFETY")
                self.plant("src/base/a.cpp", f"// SAFETY: p came from an int*.\nauto q = {cast};\n")
                self.assert_clean(check_comments)

    def test_a_reason_out_of_reach_does_not_count(self):
        gap = "int x;\n" * check_comments.SAFETY_REACH
        self.plant("src/base/a.cpp", f"// SAFETY: far away.\n{gap}auto q = const_cast<int*>(p);\n")
        self.assert_fault(check_comments, "const_cast without")

    def test_a_cast_in_a_comment_or_a_string_is_none(self):
        self.plant("src/base/a.cpp", '// no const_cast here\nauto s = "reinterpret_cast";\n')
        self.assert_clean(check_comments)

    def test_a_defaulted_ordering_is_a_fault(self):
        for call in ["a.load()", "a->store(1)", "a.fetch_add(f(1, 2))", "a.exchange(1)",
                     "a.compare_exchange_weak(x, 1)"]:
            with self.subTest(call):
                self.plant("include/heddle/base/a.hpp", f"auto x = {call};\n")
                self.assert_fault(check_comments, "include/heddle/base/a.hpp:3:", "without a memory ordering")

    def test_a_written_ordering_is_right(self):
        for call in ["a.load(base::acquire)", "a.store(f(1),\n    std::memory_order_release)",
                     "a.compare_exchange_weak(x, 1, acq_rel, acquire)", "std::exchange(x, 1)"]:
            with self.subTest(call):
                self.plant("include/heddle/base/a.hpp", f"auto x = {call};\n")
                self.assert_clean(check_comments)

    def test_a_long_file_is_a_warning_and_no_fault(self):
        self.plant("src/base/a.cpp", "int x;\n" * check_comments.LINE_CEILING)
        status, printed = self.run_tool(check_comments)
        self.assertEqual(status, 0)
        self.assertIn("warning: 402 lines", printed)


if __name__ == "__main__":
    unittest.main()
