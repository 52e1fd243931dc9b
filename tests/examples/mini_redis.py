# SPDX-License-Identifier: MIT
"""Drives mini_redis by Redis' own clients, and by sockets where those are too well-behaved. Usage: mini_redis.py PROGRAM."""

import shutil
import signal
import socket
import subprocess
import sys
import unittest

from serving import connect, mutations, receive_all, send_and_end, serving

PROGRAM = sys.argv[1]
needs_redis_tools = unittest.skipUnless(shutil.which("redis-cli") and shutil.which("redis-benchmark"),
                                        "redis-cli and redis-benchmark are missing: apt-get install redis-tools")


def cli(port: int, *words: str) -> str:
    done = subprocess.run(["redis-cli", "-p", str(port), *words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=30, check=False)
    return done.stdout.rstrip("\n")


def encode(*words: str | bytes) -> bytes:
    parts = [word.encode() if isinstance(word, str) else word for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def ask(port: int, *requests: bytes) -> bytes:
    return send_and_end(port, b"".join(requests))


@needs_redis_tools
class RedisCli(unittest.TestCase):
    def test_values_are_set_got_and_removed(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            self.assertEqual(cli(port, "ping"), "PONG")
            self.assertEqual(cli(port, "set", "greeting", "hello"), "OK")
            self.assertEqual(cli(port, "get", "greeting"), "hello")
            self.assertEqual(cli(port, "exists", "greeting", "other", "greeting"), "2")
            self.assertEqual(cli(port, "del", "greeting", "other"), "1")
            self.assertEqual(cli(port, "get", "greeting"), "")
            self.assertEqual(cli(port, "mset", "a", "1", "b", "2"), "OK")
            self.assertEqual(cli(port, "mget", "a", "none", "b"), "1\n\n2")
            self.assertEqual(cli(port, "echo", "two words"), "two words")

    def test_numbers_are_counted_up_and_down(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            self.assertEqual(cli(port, "incr", "n"), "1")
            self.assertEqual(cli(port, "incrby", "n", "41"), "42")
            self.assertEqual(cli(port, "decr", "n"), "41")
            cli(port, "set", "n", "9223372036854775807")
            self.assertIn("overflow", cli(port, "incr", "n"))
            cli(port, "set", "n", "text")
            self.assertIn("not an integer", cli(port, "incr", "n"))

    def test_set_takes_its_options(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            self.assertEqual(cli(port, "set", "k", "1", "XX"), "")
            self.assertEqual(cli(port, "set", "k", "1", "NX"), "OK")
            self.assertEqual(cli(port, "set", "k", "2", "nx"), "")
            self.assertEqual(cli(port, "set", "k", "3", "XX", "EX", "100"), "OK")
            self.assertEqual(cli(port, "ttl", "k"), "100")
            self.assertEqual(cli(port, "set", "k", "4", "KEEPTTL", "GET"), "3")
            self.assertEqual(cli(port, "ttl", "k"), "100")
            self.assertEqual(cli(port, "set", "k", "5"), "OK")
            self.assertEqual(cli(port, "ttl", "k"), "-1")
            for wrong in (["EX"], ["EX", "0"], ["EX", "-1"], ["EX", "x"], ["EX", "9223372036854775807"], ["NX", "XX"],
                          ["EX", "1", "PX", "1"], ["EX", "1", "KEEPTTL"], ["what"]):
                self.assertIn("ERR", cli(port, "set", "k", "6", *wrong), wrong)
            self.assertEqual(cli(port, "get", "k"), "5")

    def test_keys_expire(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            cli(port, "set", "short", "1", "PX", "1")
            self.assertEqual(cli(port, "set", "long", "1"), "OK")
            self.assertEqual(cli(port, "expire", "long", "1000"), "1")
            self.assertEqual(cli(port, "expire", "none", "1000"), "0")
            self.assertEqual(cli(port, "ttl", "none"), "-2")
            self.assertGreater(int(cli(port, "pttl", "long")), 900_000)
            while cli(port, "get", "short"):  # it needs more than a millisecond to ask
                pass
            # And the memory is given back without being asked for.
            while cli(port, "dbsize") != "1":
                pass
            self.assertEqual(cli(port, "persist", "long"), "1")
            self.assertEqual(cli(port, "ttl", "long"), "-1")
            self.assertEqual(cli(port, "expire", "long", "-1"), "1")
            self.assertEqual(cli(port, "exists", "long"), "0")

    def test_what_is_published_reaches_the_subscribers(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            client = subprocess.Popen(["redis-cli", "-p", str(port), "subscribe", "news", "other"],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            lines = [client.stdout.readline().strip() for _ in range(6)]
            self.assertEqual(lines, ["subscribe", "news", "1", "subscribe", "other", "2"])
            self.assertEqual(cli(port, "publish", "news", "it works"), "1")
            self.assertEqual([client.stdout.readline().strip() for _ in range(3)], ["message", "news", "it works"])
            client.kill()
            client.communicate()
            while cli(port, "publish", "news", "anybody?") != "0":
                pass

    def test_errors_and_the_questions_of_clients_are_answered(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            self.assertIn("ERR unknown command 'frobnicate'", cli(port, "frobnicate"))
            self.assertIn("ERR wrong number of arguments for 'get'", cli(port, "get"))
            self.assertIn("redis_version", cli(port, "info"))
            self.assertEqual(cli(port, "config", "get", "save"), "save")
            self.assertEqual(cli(port, "command", "docs"), "")
            self.assertEqual(cli(port, "select", "0"), "OK")

    def test_the_benchmark_ends_without_an_error_also_with_two_threads(self):
        for threads in ("1", "2"):
            with serving(PROGRAM, "--port", "0", "--threads", threads) as (_, port):
                done = subprocess.run(["redis-benchmark", "-p", str(port), "-t", "set,get,incr,mset,ping", "-c", "50", "-P",
                                       "16", "-n", "20000", "-q"], capture_output=True, text=True, timeout=200, check=True)
                self.assertEqual(done.stderr, "")
                self.assertEqual(done.stdout.count("requests per second"), 6)  # ping is asked for in two ways
                self.assertEqual(cli(port, "get", "counter:__rand_int__"), "20000")

    def test_shutdown_ends_it_and_all_its_clients(self):
        with serving(PROGRAM, "--port", "0") as (process, port), connect(port) as client:
            client.sendall(encode("PING"))
            self.assertEqual(client.recv(7), b"+PONG\r\n")
            cli(port, "shutdown")
            self.assertEqual(receive_all(client), b"")
            self.assertEqual(process.stdout.readline(), "All clients are gone\n")
            self.assertEqual(process.wait(30), 0)


class Protocol(unittest.TestCase):
    def test_requests_may_be_sent_one_after_another_without_waiting(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            count = 5000
            replies = ask(port, *(encode("INCR", "n") for _ in range(count)))
            self.assertEqual(replies, b"".join(b":%d\r\n" % (i + 1) for i in range(count)))

    def test_a_request_may_arrive_byte_by_byte(self):
        with serving(PROGRAM, "--port", "0") as (_, port), connect(port) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in encode("SET", "k", b"\0\r\n$") + encode("GET", "k") + b"PING\r\n":
                client.send(bytes([byte]))
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(receive_all(client), b"+OK\r\n$4\r\n\0\r\n$\r\n+PONG\r\n")

    def test_a_line_is_a_request_as_well(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            self.assertEqual(ask(port, b"\r\n\r\nset  k v \r\n", b"get k\n", b"QUIT\r\nGET k\r\n"), b"+OK\r\n$1\r\nv\r\n+OK\r\n")

    def test_a_subscriber_may_only_subscribe(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            replies = ask(port, encode("SUBSCRIBE", "t"), encode("GET", "k"), encode("PING"), encode("UNSUBSCRIBE"),
                          encode("PING"), encode("UNSUBSCRIBE"))
            self.assertIn(b"-ERR Can't execute 'get'", replies)
            self.assertIn(b"*2\r\n$4\r\npong\r\n$0\r\n\r\n", replies)
            self.assertTrue(replies.endswith(b"*3\r\n$11\r\nunsubscribe\r\n$1\r\nt\r\n:0\r\n+PONG\r\n"
                                             b"*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n"), replies)

    def test_subscriptions_are_limited(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            replies = ask(port, encode("SUBSCRIBE", *(str(i) for i in range(2000))), encode("SUBSCRIBE", "0"))
            self.assertEqual(replies.count(b"$9\r\nsubscribe"), 1025)
            self.assertEqual(replies.count(b"-ERR too many subscriptions"), 1)

    def test_malformed_requests_are_told_so_and_the_connection_is_closed(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            for bad in (b"*x\r\n", b"*99999999\r\n", b"*1\r\nPING\r\n", b"*1\r\n$-1\r\n", b"*1\r\n$x\r\n", b"*1\r\n$999999999\r\n",
                        b"*1\r\n$4\r\nPINGxx", b"*" + b"1" * 100, b"*1\r\n$" + b"1" * 100, b"x" * 100_000, b"\r\n" * 100_000):
                replies = ask(port, bad + encode("PING"))
                self.assertTrue(replies.startswith(b"-ERR Protocol error") or replies == b"", (bad[:20], replies))
                self.assertNotIn(b"PONG", replies)
            self.assertEqual(ask(port, encode("PING")), b"+PONG\r\n")

    def test_spoilt_requests_never_end_the_server(self):
        samples = [encode("SET", "key", "value", "EX", "100"), encode("GET", "key"), encode("MSET", "a", "1", "b", "2"),
                   encode("INCR", "n"), b"PING\r\n", encode("SUBSCRIBE", "t"), encode("PUBLISH", "t", "m"),
                   encode("EXPIRE", "key", "1"), encode("INFO"), encode("UNSUBSCRIBE")]
        with serving(PROGRAM, "--port", "0") as (_, port):
            for data in mutations(samples, count=400, seed=6379):
                ask(port, data)
            self.assertEqual(ask(port, encode("PING")), b"+PONG\r\n")

    def test_sizes_are_limited(self):
        with serving(PROGRAM, "--port", "0", "--max-bulk", "1000", "--max-memory", "100000") as (_, port):
            self.assertIn(b"Protocol error", ask(port, encode("SET", "k", "x" * 1001)))
            self.assertEqual(ask(port, encode("SET", "k", "x" * 1000)), b"+OK\r\n")
            replies = ask(port, *(encode("SET", f"k{i}", "x" * 1000) for i in range(100)))
            self.assertIn(b"+OK\r\n", replies)
            self.assertIn(b"-OOM", replies)
            self.assertIn(b"$1000\r\n", ask(port, encode("GET", "k")))

    def test_a_reply_is_limited(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            replies = ask(port, encode("SET", "k", "x" * 1_000_000), encode("MGET", *["k"] * 1000), encode("PING"))
            self.assertEqual(replies, b"+OK\r\n-ERR the reply would be too large\r\n+PONG\r\n")

    def test_a_client_that_sends_too_slowly_or_not_at_all_is_given_up(self):
        with serving(PROGRAM, "--port", "0", "--request-timeout", "0.2", "--idle-timeout", "0.3") as (_, port):
            with connect(port) as slow, connect(port) as idle:
                slow.sendall(b"*1\r\n$4\r\nPI")
                self.assertEqual(receive_all(slow), b"")
                self.assertEqual(receive_all(idle), b"")

    def test_a_subscriber_that_does_not_read_is_given_up_and_the_others_are_served(self):
        with serving(PROGRAM, "--port", "0") as (_, port), connect(port) as deaf:
            deaf.sendall(encode("SUBSCRIBE", "t"))
            deaf.recv(1)
            publish = encode("PUBLISH", "t", "x" * 100_000)
            for _ in range(2000):
                if ask(port, publish).endswith(b":0\r\n"):
                    break
            else:
                self.fail("the subscriber is still there")

    def test_more_clients_than_allowed_are_refused(self):
        with serving(PROGRAM, "--port", "0", "--max-clients", "1") as (_, port), connect(port) as first:
            first.sendall(encode("PING"))
            self.assertEqual(first.recv(7), b"+PONG\r\n")
            with connect(port) as second:
                self.assertIn(b"max number of clients", receive_all(second))

    def test_a_port_in_use_is_an_error(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            done = subprocess.run([PROGRAM, "--port", str(port)], capture_output=True, text=True, timeout=30, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("Address already in use", done.stderr)

    def test_it_ends_by_signal_with_clients(self):
        with serving(PROGRAM, "--port", "0") as (process, port), connect(port):
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(30), -signal.SIGTERM)
            process.returncode = 0


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
