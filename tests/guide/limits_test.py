# SPDX-License-Identifier: MIT
"""The limits are read from what the kernel says; a planted /proc and /sys play the machine."""

import resource
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import measured  # noqa: F401  finds the guide's modules

import limits


class Machine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.proc, self.sys = Path(folder.name) / "proc", Path(folder.name) / "sys"
        self.plant("proc/self/cgroup", "0::/user/guide\n")
        self.plant("proc/loadavg", "0.00 0.00 0.00 2/1000 4711\n")
        self.plant("proc/sys/kernel/threads-max", "100000\n")
        self.plant("proc/sys/kernel/pid_max", "4194304\n")
        self.plant("proc/sys/vm/max_map_count", "1000000\n")
        self.plant("proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\n")
        root = mock.patch.object(limits.os, "geteuid", return_value=0)
        root.start()
        self.addCleanup(root.stop)

    def plant(self, path: str, text: str):
        file = self.proc.parent / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def threads(self) -> limits.Limit:
        return limits.thread_limit(self.proc, self.sys)

    def test_threads_that_run_already_are_taken_off_and_some_are_left_to_others(self):
        self.assertEqual(self.threads().most, int((100_000 - 1_000) * limits.SHARE_OF_THREADS))
        self.assertIn("kernel.threads-max", self.threads().reason)

    def test_the_tightest_setting_wins(self):
        self.plant("proc/sys/kernel/pid_max", "32768\n")
        self.assertIn("32,768 threads (kernel.pid_max)", self.threads().reason)
        self.plant("proc/sys/vm/max_map_count", "20000\n")
        self.assertIn("vm.max_map_count", self.threads().reason)
        self.assertLess(self.threads().most, 10_000)

    def test_a_control_group_above_counts_as_well(self):
        self.plant("sys/user/guide/pids.max", "max\n")
        self.plant("sys/user/pids.max", "500\n")
        self.plant("sys/user/pids.current", "100\n")
        self.assertEqual(self.threads().most, int(400 * limits.SHARE_OF_THREADS))
        self.assertIn("pids.max", self.threads().reason)

    def test_control_groups_of_version_1_count_as_well(self):
        self.plant("proc/self/cgroup", "8:pids:/inner\n4:memory:/other\n0::/\n")
        self.plant("sys/pids/inner/pids.max", "300\n")
        self.assertEqual(self.threads().most, int(300 * limits.SHARE_OF_THREADS))

    def test_a_group_that_is_full_leaves_none(self):
        self.plant("sys/user/guide/pids.max", "10\n")
        self.plant("sys/user/guide/pids.current", "11\n")
        self.assertEqual(self.threads().most, 0)

    def test_the_users_own_limit_does_not_hold_for_root(self):
        with mock.patch.object(limits.resource, "getrlimit", return_value=(7, 7)):
            self.assertNotIn("ulimit -u", self.threads().reason)
            with mock.patch.object(limits.os, "geteuid", return_value=12345):
                self.assertIn("ulimit -u", self.threads().reason)

    def test_memory_is_what_the_tightest_of_machine_and_groups_leaves(self):
        self.assertEqual(limits.available_memory(self.proc, self.sys), 4_000_000 * 1024)
        self.plant("sys/user/memory.max", "1000000\n")
        self.plant("sys/user/memory.current", "400000\n")
        self.assertEqual(limits.available_memory(self.proc, self.sys), 600_000)

    def test_ports_are_counted_from_their_range(self):
        self.plant("proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n")
        self.assertEqual(limits.port_limit(self.proc).most, 28_231)


class Descriptors(unittest.TestCase):
    def test_the_hard_limit_counts_since_the_programs_raise_the_soft_one(self):
        with mock.patch.object(limits.resource, "getrlimit", return_value=(1024, 4096)):
            self.assertEqual(limits.descriptor_limit().most, 4096 - limits.OTHER_DESCRIPTORS)

    def test_no_limit_is_a_large_one(self):
        with mock.patch.object(limits.resource, "getrlimit", return_value=(1024, resource.RLIM_INFINITY)):
            self.assertGreater(limits.descriptor_limit().most, 1_000_000)


class Allowed(unittest.TestCase):
    connections = limits.Limit(20_000, "descriptors")
    threads = limits.Limit(5_000, "threads")

    def test_what_fits_is_left_alone(self):
        self.assertEqual(limits.allowed("tasks", 10_000, self.connections, self.threads), (10_000, ""))
        self.assertEqual(limits.allowed("threads", 5_000, self.connections, self.threads), (5_000, ""))

    def test_what_does_not_fit_is_cut_and_says_why(self):
        self.assertEqual(limits.allowed("threads", 10_000, self.connections, self.threads),
                         (5_000, "threads: 5,000 instead of 10,000 connections, since threads."))
        count, note = limits.allowed("tasks", 30_000, self.connections, self.threads)
        self.assertEqual(count, 20_000)
        self.assertIn("descriptors", note)


class Cores(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cpus = Path(folder.name)

    def siblings(self, cpu: int, text: str):
        (self.cpus / f"cpu{cpu}/topology").mkdir(parents=True)
        (self.cpus / f"cpu{cpu}/topology/thread_siblings_list").write_text(text)

    def test_two_halves_of_a_core_are_avoided(self):
        self.siblings(0, "0-1\n")
        self.assertEqual(limits.pick_cores({0, 1, 2, 3}, self.cpus), limits.Cores(0, 2))

    def test_but_taken_if_there_is_nothing_else(self):
        self.siblings(0, "0,4\n")
        self.assertEqual(limits.pick_cores({0, 4}, self.cpus), limits.Cores(0, 4))

    def test_a_machine_that_does_not_say_gives_the_first_two(self):
        self.assertEqual(limits.pick_cores({2, 5, 7}, self.cpus), limits.Cores(2, 5))

    def test_one_core_is_shared(self):
        self.assertEqual(limits.pick_cores({3}, self.cpus), limits.Cores(None, None))

    def test_lists_of_cores_are_read_as_the_kernel_writes_them(self):
        self.assertEqual(limits.parse_cpu_list("0,4-6\n"), {0, 4, 5, 6})


if __name__ == "__main__":
    unittest.main()
