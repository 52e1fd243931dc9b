# SPDX-License-Identifier: MIT
"""What is concluded follows from the numbers, whichever side they favour."""

import unittest

from measured import echo, results

import conclusions


class Words(unittest.TestCase):
    def test_a_difference_within_the_noise_is_none(self):
        self.assertEqual(conclusions.times_as(105.0, 100.0, "many"), "about as many as threads")

    def test_more_is_a_factor_and_less_a_part(self):
        self.assertEqual(conclusions.times_as(160.0, 100.0, "many"), "1.6 times as many as threads")
        self.assertEqual(conclusions.times_as(2_000.0, 100.0, "many"), "20 times as many as threads")
        self.assertEqual(conclusions.times_as(70.0, 100.0, "many"), "70 % as many as threads")

    def test_durations_have_the_unit_that_suits(self):
        for nanoseconds, said in [(70.4, "70 ns"), (23_400, "23.4 µs"), (1.5e6, "1.5 ms"), (2e9, "2 s")]:
            with self.subTest(nanoseconds):
                self.assertEqual(conclusions.duration(nanoseconds), said)

    def test_sizes_are_listed_as_people_do(self):
        self.assertEqual(conclusions.listed([100]), "100")
        self.assertEqual(conclusions.listed([100, 1_000, 10_000]), "100, 1,000 and 10,000")


class Advice(unittest.TestCase):
    def test_where_tasks_are_ahead_it_is_named(self):
        self.assertIn("clearly ahead at 100 and 10,000 connections", conclusions.when_tasks(results()))
        self.assertNotIn("Up to", conclusions.when_threads(results()))

    def test_threads_that_keep_up_are_named_up_to_the_size_at_which_they_stop(self):
        measured = results(echo("tasks", 100, requests_per_second=50_500.0, cpu_us_per_request=16.0), echo("threads", 100),
                           echo("tasks", 10_000), echo("threads", 10_000))
        self.assertIn("Up to 100 connections, a thread for each", conclusions.when_threads(measured))
        self.assertIn("clearly ahead at 10,000 connections", conclusions.when_tasks(measured))

    def test_threads_that_catch_up_later_are_not_praised_up_to_there(self):
        measured = results(echo("tasks", 100), echo("threads", 100),
                           echo("tasks", 10_000, requests_per_second=50_000.0, cpu_us_per_request=16.0), echo("threads", 10_000))
        self.assertNotIn("Up to", conclusions.when_threads(measured))

    def test_tasks_that_are_never_ahead_are_not_praised(self):
        measured = results(echo("tasks", 100, requests_per_second=40_000.0, cpu_us_per_request=20.0), echo("threads", 100))
        self.assertIn("no faster than threads", conclusions.when_tasks(measured))

    def test_sizes_with_different_numbers_of_connections_are_not_compared(self):
        measured = results(echo("tasks", 10_000), echo("threads", 10_000, connections=5_000))
        self.assertEqual(conclusions.pairs(measured), [])

    def test_starting_a_thread_is_set_against_the_job(self):
        self.assertIn("took 20 µs, which a job of 2 ms or more", conclusions.when_threads(results()))


class Findings(unittest.TestCase):
    def test_each_size_memory_and_creation_have_a_sentence(self):
        said = conclusions.findings(results())
        self.assertEqual(len(said), 5)
        self.assertIn("At 100 connections, tasks answered 2.0 times as many", said[0])
        self.assertIn("4,000 bytes with tasks and 8,000 with threads (2.0 times as much)", said[2])
        self.assertIn("took 50 ns, a thread 20 µs: 400 times as long", said[3])
        self.assertIn("26,000 can wait, since the machine may have 32,768 threads", said[4])

    def test_nothing_measured_gives_nothing_to_say(self):
        self.assertEqual(conclusions.findings(results(echo("tasks", 100), creations=False)), [])

    def test_a_server_that_did_not_grow_is_no_error(self):
        measured = results(echo("tasks", 100, bytes_per_connection=0.0), echo("threads", 100))
        self.assertIn("0 bytes with tasks", conclusions.findings(measured)[1])


if __name__ == "__main__":
    unittest.main()
