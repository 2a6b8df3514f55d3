"""A virus scanner of the tests' own that speaks clamd's protocol over a real socket, well or badly."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

OK, FOUND = b"stream: OK\x00", b"stream: Eicar-Test-Signature FOUND\x00"
TEST_VIRUS = b"this-is-what-the-scanner-knows"
COMMAND = b"zINSTREAM\x00"


@dataclass
class Scanner:
    """Where it listens, what it was sent, and how it behaves."""

    address: str
    behave: "Behaviour"
    seen: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    calls: int = 0

    def read(self, line: socket.socket, most: int | None = None) -> bytes:
        """A whole stream, or its beginning up to so many bytes. Raises AssertionError when it is none."""
        with line.makefile("rb") as said:
            assert said.read(len(COMMAND)) == COMMAND
            content = b""
            while size := struct.unpack(">I", said.read(4))[0]:
                content += said.read(size)
                if most is not None and len(content) > most:
                    break
        self.seen.append(content)
        return content


Behaviour = Callable[[Scanner, socket.socket], None]


def honest(scanner: Scanner, line: socket.socket) -> None:
    """As clamd does."""
    line.sendall(FOUND if TEST_VIRUS in scanner.read(line) else OK)


def says(answer: bytes) -> Behaviour:
    """The same answer to every stream, whole."""

    def behave(scanner: Scanner, line: socket.socket) -> None:
        scanner.read(line)
        line.sendall(answer)

    return behave


def hangs_up(scanner: Scanner, line: socket.socket) -> None:
    """Says nothing and goes."""
    line.recv(1)


def too_soon(answer: bytes) -> Behaviour:
    """Answers when it has read a part, and hangs up."""

    def behave(scanner: Scanner, line: socket.socket) -> None:
        scanner.read(line, most=1)
        line.sendall(answer)

    return behave


def silent(scanner: Scanner, line: socket.socket) -> None:
    """Reads all of it and says nothing."""
    scanner.read(line)
    scanner.over.wait()


def deaf(scanner: Scanner, line: socket.socket) -> None:
    """Reads nothing."""
    scanner.over.wait()


def slow(scanner: Scanner, line: socket.socket) -> None:
    """Says a little, again and again, and never comes to an end."""
    scanner.read(line)
    while not scanner.over.wait(0.02):
        line.sendall(b"s")


@contextmanager
def scanner(behave: Behaviour = honest, path: Path | None = None) -> Iterator[Scanner]:
    """One that listens, on a socket of the file system or on a port, until the block ends."""
    door = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    door.bind(str(path) if path else ("127.0.0.1", 0))
    door.listen()
    address = f"unix://{path}" if path else f"tcp://127.0.0.1:{door.getsockname()[1]}"
    found = Scanner(address, behave)

    def serve() -> None:
        while True:
            try:
                line, _caller = door.accept()
            except OSError:
                return
            found.calls += 1
            with line, suppress(OSError):
                found.behave(found, line)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield found
    finally:
        found.over.set()
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join()


def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"
