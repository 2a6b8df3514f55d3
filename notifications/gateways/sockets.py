"""Browsers' sockets, as a small ASGI application: ticket, cursor, frames; docs/architecture.md says what they hold."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http.request import split_domain_port, validate_host

from notifications import services
from notifications.gateways.hub import SESSION_ENDED, Hub, Member
from realestate.core.headers import OF_THE_REST

PATH = "/realtime"
HEARTBEAT = 25.0  # seconds without a frame after which one says that the line is alive
SOCKETS_PER_USER = 10  # in one process
SOCKETS_IN_ALL = 5_000  # in one process
PROJECTS = 50  # whose units one socket hears
LONGEST_KEY = 18  # digits
LONGEST_WORD = 4_096  # characters of a frame from a browser

NOT_UNDERSTOOD = 4400
BAD_TICKET = SESSION_ENDED
FOREIGN = (
    403  # of HTTP: another site's page, or another address; it is told before there is a socket
)
TOO_MANY = 4429
GOING_AWAY = 1012  # "service restart": come back, with the cursor
TRY_LATER = 1013

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]
log = structlog.get_logger(__name__)


class Refused(Exception):
    """The socket is closed with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Realtime:
    """The application; one hub while it runs."""

    def __init__(self) -> None:
        self.hub: Hub | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI's entry."""
        match scope["type"]:
            case "lifespan":
                await self._live(receive, send)
            case "websocket":
                await self._hold(scope, receive, send)
            case "http":
                await self._tell_health(scope, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            asked = (await receive())["type"]
            if asked == "lifespan.startup":
                self.hub = Hub()
                self.hub.start()
            elif asked == "lifespan.shutdown" and self.hub is not None:
                await self.hub.stop(GOING_AWAY)
            await send({"type": f"{asked}.complete"})
            if asked == "lifespan.shutdown":
                return

    async def _tell_health(self, scope: Scope, send: Send) -> None:
        """Alive at /health; everything else is elsewhere."""
        known = scope["path"] == "/health" and self.hub is not None
        body = {"status": "ok", "sockets": len(self.hub.members)} if known and self.hub else {}
        await send(
            {
                "type": "http.response.start",
                "status": 200 if known else 404,
                "headers": _safety_headers(),
            }
        )
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    async def _hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        if scope["path"] != PATH or self.hub is None or not _is_from_ours(scope):
            log.info("socket_refused", code=FOREIGN, origin=_said(scope, b"origin"))
            await send({"type": "websocket.close", "code": 1000})
            return
        await send({"type": "websocket.accept"})  # before that, no code would reach the browser
        code = 1000
        try:
            code = await self._serve(self.hub, Socket(receive, send), scope["query_string"])
        except Refused as refusal:
            code = refusal.code
            log.info("socket_refused", code=code, origin=_said(scope, b"origin"))
        except DatabaseError as error:
            log.warning("socket_without_database", error=str(error))
            code = TRY_LATER
        with suppress(OSError, RuntimeError):  # gone already
            await send({"type": "websocket.close", "code": code})

    async def _serve(self, hub: Hub, socket: "Socket", query: bytes) -> int:
        """Until one side ends it; returns the code to close with."""
        asked = _asked(query)
        holder = await hub.ask(partial(services.use_ticket, ticket=asked.get("ticket", "")))
        if holder is None:
            raise Refused(BAD_TICKET)
        _check_room(hub, holder)
        member = Member(holder, _project_ids(asked.get("projects", "").split(",")))
        try:
            missed = await hub.join(member, asked.get("cursor", ""))
            await socket.tell({"type": "hello", "heartbeat": HEARTBEAT})
            await socket.tell(missed)
            return await socket.run(hub, member)
        finally:
            hub.leave(member)


class Socket:
    """The line to one browser."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

    async def tell(self, frame: dict[str, Any]) -> None:
        """Send one frame."""
        await self._send({"type": "websocket.send", "text": json.dumps(frame)})

    async def run(self, hub: Hub, member: Member) -> int:
        """Speak and listen until one of them ends or the hub ends it; returns the code to close with."""
        tasks = [
            asyncio.create_task(self._speak(hub, member)),
            asyncio.create_task(self._listen(hub, member)),
        ]
        try:
            await asyncio.wait([*tasks, member.closing], return_when=asyncio.FIRST_COMPLETED)
            if member.closing.done():
                return member.closing.result()
            return next(task.result() for task in tasks if task.done())
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _speak(self, hub: Hub, member: Member) -> int:
        while True:
            try:
                frame = await asyncio.wait_for(member.frames.get(), HEARTBEAT)
            except TimeoutError:
                frame = {"type": "ping", **_standing(hub, member)}
            await self.tell(frame)

    async def _listen(self, hub: Hub, member: Member) -> int:
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                return 1000
            said = _understood(event.get("text"))
            if said["type"] == "subscribe":
                member.projects = _project_ids(said.get("projects"))
                member.give({"type": "subscribed", "projects": sorted(member.projects)})
            else:
                member.give({"type": "pong", **_standing(hub, member)})


def _standing(hub: Hub, member: Member) -> dict[str, str]:
    """The cursor of a socket to which everything was sent."""
    # Nothing waits and nothing is being sent: _speak, which asks, is the one who sends.
    return {"cursor": hub.place.cursor} if hub.place and member.frames.empty() else {}


def _safety_headers() -> list[tuple[bytes, bytes]]:
    """What SafetyHeadersMiddleware says on the web server's answers (realestate/core/headers.py)."""
    kept = f"max-age={settings.SECURE_HSTS_SECONDS}"
    if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        kept += "; includeSubDomains"
    said = {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": OF_THE_REST,
        "referrer-policy": settings.SECURE_REFERRER_POLICY,
        "cross-origin-opener-policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        **({"strict-transport-security": kept} if settings.SECURE_HSTS_SECONDS else {}),
    }
    return [(name.encode(), value.encode()) for name, value in said.items()]


def _said(scope: Scope, header: bytes) -> str:
    """What the caller says in a header, as much as is worth a line of the log; empty without it."""
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == header]
    return ", ".join(values)[:200]


def _is_from_ours(scope: Scope) -> bool:
    """Whether the page that opens a socket is the web client's or our own; programs have none, only a ticket."""
    origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    return all(origin in settings.CORS_ALLOWED_ORIGINS or _is_own(origin) for origin in origins)


def _is_own(origin: str) -> bool:
    try:
        host, _port = split_domain_port(urlsplit(origin).netloc)
    except ValueError:  # no address
        return False
    return bool(host) and validate_host(host, settings.ALLOWED_HOSTS)


def _asked(query: bytes) -> dict[str, str]:
    """The last value of each parameter. Raises Refused."""
    try:
        found = parse_qs(query.decode("ascii"), max_num_fields=10)
    except ValueError as error:
        raise Refused(NOT_UNDERSTOOD) from error
    return {name: values[-1] for name, values in found.items()}


def _check_room(hub: Hub, holder: services.Holder) -> None:
    per_user = Counter(member.holder.user_id for member in hub.members)
    if holder.user_id is not None and per_user[holder.user_id] >= SOCKETS_PER_USER:
        raise Refused(TOO_MANY)
    if len(hub.members) >= SOCKETS_IN_ALL:
        raise Refused(TRY_LATER)


def _understood(text: str | None) -> dict[str, Any]:
    """``{"type": "ping"}`` or ``{"type": "subscribe", "projects": […]}``. Raises Refused for everything else."""
    try:
        said = json.loads(text or "") if len(text or "") <= LONGEST_WORD else None
    except (ValueError, RecursionError) as error:
        raise Refused(NOT_UNDERSTOOD) from error
    if not isinstance(said, dict) or said.get("type") not in {"ping", "subscribe"}:
        raise Refused(NOT_UNDERSTOOD)
    return said


def _project_ids(given: object) -> frozenset[int]:
    """Keys of projects. Raises Refused."""
    words = [str(word) for word in given if word != ""] if isinstance(given, list) else None
    if (
        words is None
        or len(words) > PROJECTS
        or not all(word.isascii() and word.isdigit() and len(word) <= LONGEST_KEY for word in words)
    ):
        raise Refused(NOT_UNDERSTOOD)
    return frozenset(int(word) for word in words)
