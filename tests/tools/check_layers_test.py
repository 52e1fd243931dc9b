# SPDX-License-Identifier: MIT
"""check_layers.py finds each kind of forbidden include, and lets the allowed ones pass."""

import unittest

import planted

check_layers = planted.load("check_layers")


class CheckLayers(planted.PlantedTree):
    def test_an_include_downwards_is_right(self):
        self.plant("include/heddle/base/a.hpp")
        self.plant("include/heddle/sync/b.hpp", "#include <heddle/base/a.hpp>\n#include <atomic>\n")
        self.assert_clean(check_layers)

    def test_an_include_upwards_is_a_fault_with_its_line(self):
        self.plant("include/heddle/base/a.hpp", "#include <heddle/sync/b.hpp>\n")
        self.plant("include/heddle/sync/b.hpp")
        self.assert_fault(check_layers, "include/heddle/base/a.hpp:3:", "the higher sync/")

    def test_an_include_of_a_neighbour_is_a_fault(self):
        self.plant("include/heddle/net/a.hpp", "#include <heddle/time/b.hpp>\n")
        self.plant("include/heddle/time/b.hpp")
        self.assert_fault(check_layers, "the neighbour time/")

    def test_a_private_include_upwards_is_a_fault(self):
        self.plant("src/sys/a.cpp", '#include "runtime/b.hpp"\n')
        self.plant("src/runtime/b.hpp")
        self.assert_fault(check_layers, "src/sys/a.cpp:3:", "the higher runtime/")

    def test_an_include_of_the_folder_itself_is_right(self):
        self.plant("src/runtime/a.cpp", '#include "b.hpp"\n')
        self.plant("src/runtime/b.hpp")
        self.assert_clean(check_layers)

    def test_a_public_header_may_not_include_a_private_one(self):
        self.plant("include/heddle/runtime/a.hpp", '#include "sys/b.hpp"\n')
        self.plant("src/sys/b.hpp")
        self.assert_fault(check_layers, "includes the private src/sys/b.hpp")

    def test_an_os_header_is_right_in_sys_only(self):
        for header in ["sys/epoll.h", "unistd.h", "linux/futex.h", "netinet/in.h", "errno.h", "cerrno", "csignal"]:
            with self.subTest(header):
                self.plant("src/sys/a.cpp", f"#include <{header}>\n")
                self.plant("src/runtime/a.cpp")
                self.assert_clean(check_layers)
                self.plant("src/runtime/a.cpp", f"#include <{header}>\n")
                self.assert_fault(check_layers, f"src/runtime/a.cpp:3: <{header}> is the system's")

    def test_an_os_header_in_a_public_header_is_a_fault(self):
        self.plant("include/heddle/base/a.hpp", "#  include <pthread.h>\n")
        self.assert_fault(check_layers, "<pthread.h> is the system's")

    def test_only_the_formatters_may_include_fmt(self):
        self.plant("include/heddle/fmt.hpp", "#include <fmt/format.h>\n#include <heddle/net/a.hpp>\n")
        self.plant("include/heddle/net/a.hpp")
        self.assert_clean(check_layers)
        self.plant("include/heddle/net/a.hpp", "#include <fmt/format.h>\n")
        self.assert_fault(check_layers, "only fmt may include <fmt/format.h>")

    def test_the_umbrella_stays_free_of_the_formatters(self):
        self.plant("include/heddle/heddle.hpp", "#include <heddle/fmt.hpp>\n")
        self.plant("include/heddle/fmt.hpp")
        self.assert_fault(check_layers, "the neighbour fmt/")

    def test_an_unknown_room_is_a_fault(self):
        self.plant("include/heddle/cellar/a.hpp")
        self.assert_fault(check_layers, "stands in no room")

    def test_sys_has_no_public_headers(self):
        self.plant("include/heddle/sys/a.hpp")
        self.assert_fault(check_layers, "sys/ is private")

    def test_the_model_checker_may_not_include_heddle(self):
        self.plant("model/include/heddle_model/a.hpp", "#include <heddle/base/a.hpp>\n")
        self.assert_fault(check_layers, "model/ includes heddle")

    def test_an_exception_that_nothing_uses_is_a_fault(self):
        path, name = next(iter(check_layers.EXCEPTIONS))
        self.plant(path, f"#include <{name}>\n")
        self.assert_clean(check_layers)
        self.plant(path)
        self.assert_fault(check_layers, "remove the exception")


if __name__ == "__main__":
    unittest.main()
