# SPDX-License-Identifier: MIT
"""Drives tls_echo by openssl and curl, and by Python's own TLS. Usage: tls_echo.py PROGRAM."""

import contextlib
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest

from serving import connect, mutations, receive_all, send_and_end, serving

PROGRAM = sys.argv[1]


class TlsEcho(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.certificate = os.path.join(folder.name, "certificate.pem")

    def serving(self):
        return serving(PROGRAM, "--port", "0", "--certificate", self.certificate)

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificate)

    @unittest.skipUnless(shutil.which("openssl"), "openssl is missing: apt-get install openssl")
    def test_openssl_sends_a_line_and_gets_it_back(self):
        for version in ("-tls1_3", "-tls1_2"):
            with self.serving() as (_, port):
                client = subprocess.Popen(["openssl", "s_client", "-quiet", "-verify_return_error", "-CAfile", self.certificate,
                                           "-servername", "localhost", version, "-connect", f"127.0.0.1:{port}"],
                                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                client.stdin.write("hello\n")
                client.stdin.flush()
                self.assertEqual(client.stdout.readline(), "hello\n")
                client.kill()
                client.communicate()

    @unittest.skipUnless(shutil.which("openssl"), "openssl is missing: apt-get install openssl")
    def test_a_protocol_that_nobody_speaks_is_refused(self):
        with self.serving() as (process, port):
            done = subprocess.run(["openssl", "s_client", "-alpn", "smtp", "-connect", f"127.0.0.1:{port}"],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
            self.assertIn("no application protocol", done.stderr)
            self.assertIn("TLS:", process.stdout.readline())

    @unittest.skipUnless(shutil.which("curl"), "curl is missing: apt-get install curl")
    def test_curl_is_greeted(self):
        with self.serving() as (_, port):
            for trust in (["-k"], ["--cacert", self.certificate]):
                done = subprocess.run(["curl", "-s", "--http1.1", "--max-time", "30", *trust, "--resolve",
                                       f"localhost:{port}:127.0.0.1", f"https://localhost:{port}/"],
                                      capture_output=True, text=True, timeout=60, check=True)
                self.assertEqual(done.stdout, "Hello over TLSv1.3!\n")
            done = subprocess.run(["curl", "-s", "--max-time", "30", f"https://127.0.0.1:{port}/"], capture_output=True,
                                  timeout=60, check=False)
            self.assertEqual(done.returncode, 60)  # it isn't trusted

    def test_a_goodbye_is_answered_and_the_name_was_seen(self):
        with self.serving() as (process, port), connect(port) as socket:
            with self.context().wrap_socket(socket, server_hostname="localhost", suppress_ragged_eofs=False) as client:
                client.sendall(b"one\ntwo\n")
                self.assertEqual(client.recv(100) + client.recv(100), b"one\ntwo\n")
                client.unwrap().close()  # sends close_notify, and waits for the peer's
            self.assertIn("TLSv1.3, asked for 'localhost'", process.stdout.readline())
            self.assertIn("goodbye", process.stdout.readline())

    def test_a_client_that_is_cut_off_is_told_from_one_that_says_goodbye(self):
        with self.serving() as (process, port), connect(port) as socket:
            with self.context().wrap_socket(socket, server_hostname="localhost") as client:
                client.sendall(b"one\n")
                self.assertEqual(client.recv(100), b"one\n")
            # Python's close() says no goodbye.
            self.assertIn("TLSv1.3", process.stdout.readline())
            self.assertIn("without a close_notify", process.stdout.readline())

    def test_a_client_that_stops_in_the_middle_of_the_handshake_is_an_error(self):
        with self.serving() as (process, port):
            send_and_end(port, b"\x16\x03\x01\x02\x00\x01")
            self.assertIn("without a close_notify", process.stdout.readline())

    def test_what_is_no_tls_never_ends_the_server(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        hello = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            hello.do_handshake()
        samples = [outgoing.read(), b"GET / HTTP/1.1\r\n\r\n"]
        with self.serving() as (_, port):
            for data in mutations(samples, count=200, seed=8443):
                send_and_end(port, data)
            with connect(port) as socket:
                with self.context().wrap_socket(socket, server_hostname="localhost") as client:
                    client.sendall(b"still there?\n")
                    self.assertEqual(client.recv(100), b"still there?\n")

    def test_a_line_that_is_too_long_ends_the_connection(self):
        with self.serving() as (process, port), connect(port) as socket:
            with self.context().wrap_socket(socket, server_hostname="localhost") as client:
                with contextlib.suppress(OSError):  # the server goes without a goodbye
                    client.sendall(b"x" * 20_000)
                    self.assertEqual(receive_all(client), b"")
            process.stdout.readline()
            self.assertIn("no delimiter within", process.stdout.readline())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
