# SPDX-License-Identifier: MIT
"""Drives an echo server example as a user would: by sockets and signals. Usage: echo_server.py PROGRAM ADDRESS."""

import contextlib
import re
import resource
import signal
import socket
import subprocess
import sys
import unittest

PROGRAM, ADDRESS = sys.argv[1], sys.argv[2]


@contextlib.contextmanager
def server(limit_descriptors: int | None = None):
    """A running server and the port that it says it listens on."""
    def prepare():
        if limit_descriptors is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit_descriptors, limit_descriptors))

    process = subprocess.Popen([PROGRAM, ADDRESS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               preexec_fn=prepare)
    try:
        port = int(re.fullmatch(r"Listening on 127\.0\.0\.1:(\d+)\n", process.stdout.readline())[1])
        yield process, port
    finally:
        process.kill()
        process.communicate()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def receive(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := client.recv(size - len(data))):
        data += more
    return data


class EchoServer(unittest.TestCase):
    def test_what_is_sent_comes_back_and_each_connection_is_named(self):
        with server() as (process, port), connect(port) as client:
            name = "{}:{}".format(*client.getsockname())
            client.sendall(b"hello\n")
            self.assertEqual(receive(client, 6), b"hello\n")
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(client.recv(1), b"")
            self.assertEqual(process.stdout.readline(), f"{name} connected\n")
            self.assertEqual(process.stdout.readline(), f"{name} disconnected\n")

    def test_two_hundred_clients_are_served_at_once(self):
        with server() as (_, port), contextlib.ExitStack() as open_clients:
            clients = [open_clients.enter_context(connect(port)) for _ in range(200)]
            for number, client in enumerate(clients):
                client.sendall(b"%03d" % number * 700)  # more than the server's buffer
            for number, client in reversed(list(enumerate(clients))):
                self.assertEqual(receive(client, 2100), b"%03d" % number * 700)

    def test_clients_killed_in_mid_message_leave_the_others_served(self):
        victim = "import socket,sys,time\ns=socket.create_connection(('127.0.0.1',int(sys.argv[1])))\n" \
                 "s.sendall(b'x'*5_000_000)\n"
        with server() as (process, port), connect(port) as client:
            # They never read, so they hang in the middle of their message until they are killed.
            victims = [subprocess.Popen([sys.executable, "-c", victim, str(port)], stderr=subprocess.DEVNULL)
                       for _ in range(8)]
            for _ in victims:
                while "connected" not in process.stdout.readline():
                    pass
            for child in victims:
                child.send_signal(signal.SIGKILL)
                child.wait()
            client.sendall(b"still there?")
            self.assertEqual(receive(client, 12), b"still there?")
            self.assertIsNone(process.poll())

    def test_ctrl_c_ends_it_at_once(self):
        with server() as (process, port), connect(port) as client:
            client.sendall(b"x")
            receive(client, 1)
            process.send_signal(signal.SIGINT)
            self.assertIn(process.wait(timeout=30), (0, -signal.SIGINT))  # the latter is 130 in a shell

    def test_a_port_in_use_is_a_clear_error(self):
        with server() as (_, port):
            address = str(port) if ADDRESS == "0" else f"127.0.0.1:{port}"
            second = subprocess.run([PROGRAM, address], capture_output=True, text=True, timeout=30, check=False)
            self.assertEqual(second.returncode, 1)
            self.assertRegex(second.stderr, r"^Error: .*Address already in use")

    def test_out_of_descriptors_it_says_so_and_serves_again_when_some_are_free(self):
        with server(limit_descriptors=24) as (process, port):
            clients = [connect(port) for _ in range(30)]
            self.assertRegex(process.stderr.readline(), r"^Accept error: Too many open files")
            for client in clients[:29]:
                client.close()
            clients[29].sendall(b"at last")
            self.assertEqual(receive(clients[29], 7), b"at last")
            clients[29].close()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
