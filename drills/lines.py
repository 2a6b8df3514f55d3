"""A line to a helper of the platform that can be cut, held up, or answer nonsense."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Mode = Literal["open", "refused", "slow", "nonsense"]
SLOW = 5.0  # seconds before anything passes
PIECE = 65_536


class Line:
    """Passes what it gets to an address on this machine and back; its ``mode`` holds for new connections."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target, self.mode = target, "open"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._over = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where the platform believes the helper to be."""
        return int(self._listener.getsockname()[1])

    def become(self, mode: Mode) -> None:
        """Behave differently from now on; what is connected is cut."""
        self.mode = mode
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """No more connections."""
        self._over.set()
        self.become("refused")
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            with suppress(OSError):
                caller, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        self._open.add(caller)
        with caller, suppress(OSError):
            if self.mode == "refused":
                # A reset, as from a port where nobody listens.
                caller.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
                )
            elif self.mode == "nonsense":
                caller.recv(PIECE)
                caller.sendall(b"HTTP/1.1 500 Nonsense\r\nContent-Length: 3\r\n\r\n???")
            else:
                if self.mode == "slow":
                    self._over.wait(SLOW)
                self._pass(caller)
        self._open.discard(caller)

    def _pass(self, caller: socket.socket) -> None:
        with socket.create_connection(self.target) as helper:
            self._open.add(helper)
            back = threading.Thread(target=copy, args=(helper, caller), daemon=True)
            back.start()
            copy(caller, helper)
            back.join()
            self._open.discard(helper)


def copy(source: socket.socket, sink: socket.socket) -> None:
    """Until one of them ends."""
    with suppress(OSError):
        while piece := source.recv(PIECE):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def line(target: tuple[str, int]) -> Iterator[Line]:
    """A line for as long as the block lasts."""
    made = Line(target)
    try:
        yield made
    finally:
        made.close()
