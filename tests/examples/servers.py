# SPDX-License-Identifier: MIT
"""Drives the examples that are servers as a user would: chat, proxy, udp_echo. Usage: servers.py FOLDER_OF_PROGRAMS."""

import contextlib
import re
import socket
import subprocess
import sys
import threading
import unittest

FOLDER = sys.argv[1]


@contextlib.contextmanager
def server(name: str, *arguments: str):
    """A running server's port."""
    process = subprocess.Popen([f"{FOLDER}/{name}", "127.0.0.1:0", *arguments], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    try:
        yield int(re.fullmatch(r"Listening on 127\.0\.0\.1:(\d+)\n", process.stdout.readline())[1])
    finally:
        process.kill()
        process.communicate()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


class Chat(unittest.TestCase):
    def test_everybody_sees_what_anybody_says(self):
        with server("chat") as port, connect(port) as ada, connect(port) as bob:
            ada_hears, bob_hears = ada.makefile(), bob.makefile()
            ada.sendall(b"Ada\n")
            self.assertEqual(ada_hears.readline(), "* Ada joined\n")
            bob.sendall(b"Bob\nhello\n")
            for line in ("* Bob joined\n", "Bob: hello\n"):
                self.assertEqual(ada_hears.readline(), line)
                self.assertEqual(bob_hears.readline(), line)
            bob.shutdown(socket.SHUT_WR)
            self.assertEqual(ada_hears.readline(), "* Bob left\n")

    def test_a_line_that_is_too_long_ends_the_session_and_no_other(self):
        with server("chat") as port, connect(port) as ada, connect(port) as bob:
            ada_hears = ada.makefile()
            ada.sendall(b"Ada\n")
            self.assertEqual(ada_hears.readline(), "* Ada joined\n")
            bob.sendall(b"Bob\n" + b"x" * 100_000)
            self.assertEqual(ada_hears.readline(), "* Bob joined\n")
            self.assertEqual(ada_hears.readline(), "* Bob left\n")
            ada.sendall(b"still here\n")
            self.assertEqual(ada_hears.readline(), "Ada: still here\n")


class Proxy(unittest.TestCase):
    def test_megabytes_go_both_ways_at_once_and_half_closing_is_passed_on(self):
        there, back = b"t" * 3_000_000, b"b" * 2_000_000
        with socket.create_server(("127.0.0.1", 0)) as target:
            with server("proxy", f"127.0.0.1:{target.getsockname()[1]}") as port, connect(port) as client:
                accepted, _ = target.accept()

                def answer():
                    self.heard = b""
                    accepted.sendall(back)
                    while more := accepted.recv(65536):
                        self.heard += more
                    accepted.close()

                thread = threading.Thread(target=answer)
                thread.start()
                client.sendall(there)
                client.shutdown(socket.SHUT_WR)
                got = b""
                while more := client.recv(65536):
                    got += more
                thread.join(timeout=30)
                self.assertEqual(len(got), len(back))
                self.assertEqual(self.heard, there)

    def test_a_target_that_refuses_closes_the_client(self):
        with socket.create_server(("127.0.0.1", 0)) as target:
            closed = target.getsockname()[1]
        with server("proxy", f"127.0.0.1:{closed}") as port, connect(port) as client:
            self.assertEqual(client.recv(1), b"")

    def test_a_wrong_command_line_is_explained(self):
        run = subprocess.run([f"{FOLDER}/proxy", "127.0.0.1:0"], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertEqual(run.stderr, "usage: proxy LISTEN TARGET\n")


class UdpEcho(unittest.TestCase):
    def test_each_datagram_comes_back_to_who_sent_it(self):
        with server("udp_echo") as port, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(5)]
            for number, client in enumerate(clients):
                client.settimeout(30)
                client.connect(("127.0.0.1", port))
                client.send(b"from %d" % number)
            for number, client in enumerate(clients):
                self.assertEqual(client.recv(100), b"from %d" % number)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
