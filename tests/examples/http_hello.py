# SPDX-License-Identifier: MIT
"""Drives http_hello by curl, and by sockets where that is too well-behaved. Usage: http_hello.py PROGRAM."""

import re
import shutil
import socket
import subprocess
import sys
import unittest

from serving import connect, mutations, receive_all, send_and_end, serving

PROGRAM = sys.argv[1]
HELLO = b"Hello, world!\n"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def statuses(replies: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d+) ", replies)]


class HttpHello(unittest.TestCase):
    @unittest.skipUnless(shutil.which("curl"), "curl is missing: apt-get install curl")
    def test_curl_is_greeted_twice_over_one_connection(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            url = f"http://127.0.0.1:{port}/"
            done = subprocess.run(["curl", "-sv", "--max-time", "30", url, url], capture_output=True, timeout=60, check=True)
            self.assertEqual(done.stdout, 2 * HELLO)
            self.assertEqual(done.stderr.count(b"* Connected to"), 1)
            self.assertIn(b"Re-using existing connection", done.stderr)

    def test_other_paths_and_methods_are_told_so(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            replies = send_and_end(port, b"GET /other HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
                                         b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                                         b"HEAD / HTTP/1.1\r\n\r\n" + GET)
            self.assertEqual(statuses(replies), [404, 405, 405, 200, 200])
            self.assertEqual(replies.count(HELLO), 1)  # a reply to HEAD has no body
            self.assertEqual(replies.count(b"Content-Length: 14\r\n"), 2)

    def test_many_requests_may_be_sent_without_waiting(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            replies = send_and_end(port, 5000 * GET)
            self.assertEqual(statuses(replies), 5000 * [200])
            self.assertEqual(replies.count(HELLO), 5000)

    def test_a_request_may_arrive_byte_by_byte(self):
        with serving(PROGRAM, "--port", "0") as (_, port), connect(port) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in GET + GET:
                client.send(bytes([byte]))
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(statuses(receive_all(client)), [200, 200])

    def test_the_connection_stays_or_ends_as_the_client_wants_it(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            self.assertEqual(statuses(send_and_end(port, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n" + GET)), [200])
            self.assertEqual(statuses(send_and_end(port, b"GET / HTTP/1.0\r\n\r\n" + GET)), [200])
            replies = send_and_end(port, b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + GET)
            self.assertEqual(statuses(replies), [200, 200])
            self.assertEqual(replies.count(b"Connection: keep-alive"), 1)

    def test_what_is_no_http_is_answered_400_and_the_connection_ends(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            for bad in (b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\0 HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\0",
                        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: 1\r\n"
                        b"Content-Length: 2\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost"):
                self.assertEqual(statuses(send_and_end(port, GET + bad + GET)), [200, 400], bad)

    def test_heads_and_bodies_are_limited(self):
        with serving(PROGRAM, "--port", "0") as (_, port):
            self.assertEqual(statuses(send_and_end(port, b"GET /" + b"x" * 100_000)), [431])
            self.assertEqual(statuses(send_and_end(port, b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 10_000)), [431])
            self.assertEqual(statuses(send_and_end(port, b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n")), [413])
            endless = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 20
            self.assertEqual(statuses(send_and_end(port, endless)), [413])

    def test_spoilt_requests_never_end_the_server(self):
        samples = [GET, b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", b"HEAD /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                   b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                   b"GET / HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\n\r\n"]
        with serving(PROGRAM, "--port", "0", "--request-timeout", "5") as (_, port):
            for data in mutations(samples, count=400, seed=8080):
                send_and_end(port, data)
            self.assertEqual(statuses(send_and_end(port, GET)), [200])

    def test_a_client_that_sends_too_slowly_or_not_at_all_is_given_up(self):
        with serving(PROGRAM, "--port", "0", "--request-timeout", "0.2", "--idle-timeout", "0.3") as (_, port):
            with connect(port) as slow, connect(port) as idle:
                slow.sendall(b"GET / HT")
                self.assertEqual(receive_all(slow), b"")
                self.assertEqual(receive_all(idle), b"")

    def test_more_clients_than_allowed_wait_for_their_turn(self):
        with serving(PROGRAM, "--port", "0", "--max-connections", "1") as (_, port), connect(port) as second:
            with connect(port) as third:
                second.sendall(GET)
                second.shutdown(socket.SHUT_WR)
                third.sendall(GET)
                third.shutdown(socket.SHUT_WR)
                self.assertEqual(statuses(receive_all(second)), [200])
                self.assertEqual(statuses(receive_all(third)), [200])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
