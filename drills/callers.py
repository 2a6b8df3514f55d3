"""Many callers at the same moment: each a thread with an open connection of its own."""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from select import select
from socket import socket
from threading import Barrier, local
from typing import Any, Self

PATIENCE = 60.0  # seconds for one answer


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request; ``body`` is sent as JSON, bytes as they are."""

    path: str
    method: str = "POST"
    token: str = ""
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; status 0: nothing did, and ``code`` says why."""

    status: int
    seconds: float
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a refusal."""
        try:
            return str(json.loads(self.body).get("code", ""))
        except (ValueError, AttributeError):
            return ""


def is_closed(line: socket) -> bool:
    """Whether the other end has closed a line on which nobody waits for anything, as clients look before they write."""
    return bool(select([line], [], [], 0)[0])


class Callers:
    """So many connections to one or several servers, which may be asked all at once."""

    def __init__(
        self, doors: Sequence[tuple[str, int]], count: int, patience: float = PATIENCE
    ) -> None:
        self.doors, self.count, self.patience = doors, count, patience
        self._mine = local()
        self._pool = ThreadPoolExecutor(count)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def together(self, calls: Sequence[Call]) -> list[Answer]:
        """The answers, in the order of the calls; none is sent before all connections stand."""
        barrier = Barrier(len(calls))

        def one(place: int, call: Call) -> Answer:
            connection = self._connection(place)
            barrier.wait(PATIENCE)
            return self._send(connection, call)

        return list(self._pool.map(one, range(len(calls)), calls))

    def in_turn(self, calls: Sequence[Call]) -> list[Answer]:
        """The same without waiting for one another: each connection sends when it is free."""
        return list(
            self._pool.map(
                lambda pair: self._send(self._connection(pair[0]), pair[1]), enumerate(calls)
            )
        )

    def each(self, work: Callable[[int], Any]) -> list[Any]:
        """``work(number)`` in every thread, at once."""
        return list(self._pool.map(work, range(self.count)))

    def send(self, call: Call, place: int = 0) -> Answer:
        """One request, over the connection of the thread that asks; ``place`` chooses the server."""
        return self._send(self._connection(place), call)

    def _connection(self, place: int) -> HTTPConnection:
        found: HTTPConnection | None = getattr(self._mine, "connection", None)
        if found is None:
            host, port = self.doors[place % len(self.doors)]
            found = self._mine.connection = HTTPConnection(host, port, timeout=self.patience)
        if found.sock is not None and is_closed(found.sock):
            found.close()
        if found.sock is None:
            try:
                found.connect()
            except OSError:
                found.close()  # the request says what is wrong
        return found

    def _send(self, connection: HTTPConnection, call: Call) -> Answer:
        body = call.body if isinstance(call.body, bytes) else json.dumps(call.body or {}).encode()
        headers = {"Content-Type": "application/json", **call.headers}
        if call.token:
            headers["Authorization"] = f"Bearer {call.token}"
        begun = time.perf_counter()
        try:
            connection.request(
                call.method, call.path, None if call.method == "GET" else body, headers
            )
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, HTTPException) as error:
            connection.close()
            why = json.dumps({"code": type(error).__name__}).encode()
            return Answer(status=0, seconds=time.perf_counter() - begun, body=why)
        return Answer(
            status=answer.status,
            seconds=time.perf_counter() - begun,
            body=said,
            headers={name.lower(): value for name, value in answer.getheaders()},
        )
