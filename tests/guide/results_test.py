# SPDX-License-Identifier: MIT
"""What the programs print is understood, and what can't be understood is refused with a reason."""

import unittest

import measured  # noqa: F401  finds the guide's modules

import measure
import results

RESULT = {"event": "result", "connections": 100, "requests": 200_000, "seconds": 2.0, "p50_us": 700.0, "p99_us": 2_000.0,
          "p999_us": 9_000.0, "errors": 3, "unanswered": 4, "server_cpu_seconds": 1.6, "refusal": ""}


class Parsing(unittest.TestCase):
    def test_a_port_is_read(self):
        self.assertEqual(results.parse_port("port 40123"), 40123)

    def test_anything_else_is_no_port(self):
        for line in ["", "port", "port x", "40123", "error: in use"]:
            with self.subTest(line), self.assertRaises(results.BadOutput):
                results.parse_port(line)

    def test_lines_that_are_no_object_are_refused(self):
        for line in ["", "hello", "[1]", "{"]:
            with self.subTest(line), self.assertRaises(results.BadOutput):
                results.parse_line(line)

    def test_an_echo_is_computed_from_the_loads_result(self):
        echo = results.echo_of("tasks", 100, RESULT, 250_000, 2)
        self.assertEqual((echo.requests_per_second, echo.p50_ms, echo.p99_ms, echo.p999_ms), (100_000, 0.7, 2.0, 9.0))
        self.assertAlmostEqual(echo.cpu_us_per_request, 8.0)
        self.assertEqual((echo.bytes_per_connection, echo.threads, echo.lost, echo.unanswered), (2_500, 2, 3, 4))

    def test_memory_is_shared_by_the_connections_that_were_reached(self):
        self.assertEqual(results.echo_of("tasks", 100, RESULT | {"connections": 50}, 250_000, 2).bytes_per_connection, 5_000)

    def test_a_server_that_answered_nothing_is_an_error(self):
        with self.assertRaisesRegex(results.BadOutput, "no request"):
            results.echo_of("tasks", 100, RESULT | {"requests": 0}, 0, 2)

    def test_a_missing_number_is_named(self):
        with self.assertRaisesRegex(results.BadOutput, "p99_us"):
            results.echo_of("tasks", 100, {key: value for key, value in RESULT.items() if key != "p99_us"}, 0, 2)


class Creating(unittest.TestCase):
    result = {"create_ns": 20_000.0, "alive": 1_000, "alive_bytes": 8_192_000}

    def test_memory_alone_limits_what_is_alive(self):
        creation = results.creation_of("tasks", self.result)
        self.assertEqual((creation.idle_bytes, creation.most_alive, creation.bound), (8_192, 131_072, ""))

    def test_a_tighter_limit_is_named(self):
        creation = results.creation_of("threads", self.result, 26_000, "the kernel says so")
        self.assertEqual((creation.most_alive, creation.bound), (26_000, "the kernel says so"))

    def test_a_wider_limit_is_not(self):
        self.assertEqual(results.creation_of("threads", self.result, 1_000_000, "the kernel says so").bound, "")

    def test_nothing_alive_is_an_error(self):
        with self.assertRaises(results.BadOutput):
            results.creation_of("tasks", self.result | {"alive": 0})


class Describing(unittest.TestCase):
    def test_progress_says_how_far_it_is(self):
        self.assertEqual(measure.describe({"event": "opening", "connections": 1234}, 5.0), "1,234 open")
        line = {"event": "running", "connections": 100, "seconds": 2.0, "requests": 180_000}
        self.assertEqual(measure.describe(line, 5.0), "2.0 of 5.0 s, 90,000 requests/s")

    def test_what_is_not_known_is_refused(self):
        for line in [{}, {"event": "running"}, {"event": "dancing"}]:
            with self.subTest(line), self.assertRaises(results.BadOutput):
                measure.describe(line, 5.0)


if __name__ == "__main__":
    unittest.main()
