# SPDX-License-Identifier: MIT
"""check_compile_fail.py reads both compilers' errors, and reports a message or a line that isn't the expected one."""

import unittest

import planted

tool = planted.load("check_compile_fail")
GCC, CLANG = tool.COMPILERS

GCC_OUTPUT = """\
user.cpp: In function 'void f(int*)':
user.cpp:8:7: error: invalid use of incomplete type 'using type = struct heddle::v0::marker::error<heddle::v0::marker::\
Text<9>{"`int*` can\\'t: use Arc"}>' {aka 'struct heddle::v0::marker::error<heddle::v0::marker::Text<9>{"`int*` x"}>'}
"""
CLANG_OUTPUT = """\
user.cpp:8:3: error: implicit instantiation of undefined template 'heddle::marker::cannot<(lambda at user.cpp:8:8), \
heddle::marker::because<Text<8>{"use Arc"}>>'
user.cpp:9:3: error: another
"""
IN_HEADER_GCC = """\
inc/task.hpp: In instantiation of 'TaskPromise<int>::TaskPromise()':
user.cpp:5:30:   required from here
inc/task.hpp:46:20: error: static assertion failed: captures die
"""
IN_HEADER_CLANG = """\
inc/task.hpp:46:20: error: static assertion failed due to requirement '!Capturing<F>': captures die
user.cpp:5:47: note: in instantiation of member function 'TaskPromise<int>::TaskPromise' requested here
"""


class FirstRefusal(unittest.TestCase):
    def test_gcc_prints_one_sentence(self):
        self.assertEqual(tool.first_refusal(GCC_OUTPUT, "user.cpp"), tool.Refusal("`int*` can't: use Arc", 8))

    def test_clang_prints_names(self):
        self.assertEqual(tool.first_refusal(CLANG_OUTPUT, "user.cpp"), tool.Refusal('cannot<(lambda), because<"use Arc">>', 8))

    def test_an_error_in_a_header_leads_to_the_line_of_the_user(self):
        for output in (IN_HEADER_GCC, IN_HEADER_CLANG):
            self.assertEqual(tool.first_refusal(output, "user.cpp"), tool.Refusal("captures die", 5))

    def test_an_error_in_a_header_that_leads_nowhere_has_no_line(self):
        self.assertEqual(tool.first_refusal("inc/a.hpp:1:1: error: oops\n", "user.cpp"), tool.Refusal("oops", 0))


class Faults(unittest.TestCase):
    SOURCE = "// GCC 12: no\n// Clang 22: never\nvoid f() {\n  g();  // refused\n}\n"

    def faults(self, compiler, refusal):
        about = (compiler, "a.cpp", self.SOURCE, refusal)
        return tool.line_fault(*about) + tool.message_fault(*about)

    def test_the_stored_message_at_the_marked_line_is_right(self):
        self.assertEqual(self.faults(GCC, tool.Refusal("no", 4)), [])
        self.assertEqual(self.faults(CLANG, tool.Refusal("never", 4)), [])

    def test_another_message_is_a_fault(self):
        self.assertIn("GCC 12 says\n    never\n  and not\n    no", self.faults(GCC, tool.Refusal("never", 4))[0])

    def test_another_line_is_a_fault(self):
        self.assertIn("a.cpp:3: Clang 22 complains here", self.faults(CLANG, tool.Refusal("never", 3))[0])

    def test_a_file_that_compiles_is_a_fault(self):
        self.assertEqual(self.faults(GCC, None), ["a.cpp: GCC 12 compiles it"])

    def test_an_update_replaces_both_messages_and_nothing_else(self):
        after = tool.updated(self.SOURCE, {"GCC 12": "a", "Clang 22": "b"})
        self.assertEqual(after, self.SOURCE.replace("12: no", "12: a").replace("22: never", "22: b"))


if __name__ == "__main__":
    unittest.main()
