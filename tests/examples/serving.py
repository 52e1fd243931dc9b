# SPDX-License-Identifier: MIT
"""What tests of example servers share: a server that runs, connections to it, and mutated input for it."""

import contextlib
import random
import re
import socket
import subprocess


@contextlib.contextmanager
def serving(program: str, *arguments: str):
    """A running server and the port that it says it listens on. It must not have died at the end."""
    process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        port = int(re.fullmatch(r"Listening on 127\.0\.0\.1:(\d+)\n", line)[1])
        yield process, port
        if process.poll() not in (None, 0):
            raise AssertionError(f"the server ended with {process.returncode}: {process.stderr.read()}")
    finally:
        process.kill()
        process.communicate()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def receive_all(client: socket.socket) -> bytes:
    """What comes until the server closes, or resets, the connection."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while more := client.recv(65536):
            data += more
    return data


def send_and_end(port: int, data: bytes) -> bytes:
    """Sends all that the server takes, and gives all that it answers."""
    with connect(port) as client:
        with contextlib.suppress(OSError):  # it may have been closed, in several ways
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        return receive_all(client)


def mutations(samples: list[bytes], count: int, seed: int):
    """So many spoilt samples: bytes that are changed, taken out, put in, doubled, or cut off."""
    rng = random.Random(seed)
    for _ in range(count):
        data = bytearray(rng.choice(samples) + rng.choice(samples))
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(data) + 1)
            kind = rng.randrange(5)
            if kind == 0 and at < len(data):
                data[at] = rng.randrange(256)
            elif kind == 1:
                del data[at:at + rng.randint(1, 4)]
            elif kind == 2:
                data[at:at] = rng.choice([b"\r\n", b"\0", b"-1", b"99999999999", b"\xff", b"$", b"*", b" ", b":"])
            elif kind == 3:
                data[at:at] = data[at:at + rng.randint(1, 16)]
            else:
                del data[at:]
        yield bytes(data)
