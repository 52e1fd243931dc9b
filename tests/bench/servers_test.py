# SPDX-License-Identifier: MIT
"""What is said about whole servers is what their runs come to."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import planted  # noqa: F401  finds the bench's modules

import servers


class Blocks(unittest.TestCase):
    def test_a_ratio_is_the_median_of_the_rounds_ratios(self):
        # The second round was slow for both.
        self.assertEqual(servers.median_ratio([200.0, 20.0, 300.0], [100.0, 10.0, 100.0]), 2.0)

    def test_the_block_has_a_line_for_each_server_and_the_ratios(self):
        runs = {"heddle": [servers.Run({"get": 3000.0}, 0.5)], "other": [servers.Run({"get": 1500.0}, 1.0)]}
        comparison = mock.Mock(title="two servers")
        comparison.name = "pair"
        self.assertEqual(servers.block(comparison, runs).splitlines(), [
            "pair: two servers: medians of 1 rounds",
            "                       get/s   cpu/request",
            "  heddle               3,000       0.50 µs",
            "  other                1,500       1.00 µs",
            "  ratio                 2.00       0.50"])


class Servers(unittest.TestCase):
    def test_each_comparison_names_the_package_of_what_is_missing(self):
        with mock.patch.object(servers.shutil, "which", lambda _: None):
            for comparison in servers.COMPARISONS.values():
                with self.assertRaisesRegex(servers.Unavailable, "apt-get install .*" + list(comparison.needs.values())[0]):
                    servers.build(comparison)

    def test_a_server_that_ends_at_once_is_no_figure(self):
        dead = servers.Server("dead", lambda port, folder: ["false"])
        with self.assertRaises(servers.Unavailable):
            servers.run_once(dead, lambda port, seconds: ({}, 1), 1.0)

    def test_the_time_of_a_process_is_its_own_and_its_childrens(self):
        self.assertGreater(servers.cpu_seconds(os.getpid()) + 1, 1)
        with subprocess.Popen(["sh", "-c", "while :; do :; done"]) as busy:
            try:
                while servers.cpu_seconds(os.getpid()) < 0.02 or servers.cpu_seconds(busy.pid) < 0.02:
                    pass
            finally:
                busy.kill()

    def test_nginx_gets_a_folder_and_a_port_of_its_own(self):
        with tempfile.TemporaryDirectory() as folder:
            command = servers.nginx(1234, Path(folder))
            config = (Path(folder) / "nginx.conf").read_text(encoding="ascii")
        self.assertEqual(command[0], "nginx")
        self.assertIn("listen 127.0.0.1:1234;", config)
        self.assertNotIn("/var/", config)


if __name__ == "__main__":
    unittest.main()
