"""One hub per process: it hears the bell, reads what is new once, and hands it to the sockets that may hear it."""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import structlog
from django.db import DatabaseError, close_old_connections

from notifications import services
from notifications.rules import Place, place_of
from projects.models import Claim
from projects.services import expire_claims
from realestate.core import bell, clock

LOOK_ANYWAY = 2.0  # seconds after which the table is read although no bell was heard
LAPSES_EVERY = 1.0  # seconds between looks for holds whose time is over
SESSIONS_EVERY = 20.0  # seconds between looks for sessions that have ended
BATCH = 1_000  # signals per read; of more, everybody is told to read anew
REPLAY = 500  # signals that somebody who comes back gets; of more, to read anew
BACKLOG = 100  # frames that wait for a slow browser
SESSION_ENDED = 4401
TOO_SLOW = 4408

R = TypeVar("R")
Frame = dict[str, Any]
log = structlog.get_logger(__name__)


class Member:
    """One open socket."""

    def __init__(self, holder: services.Holder, projects: Collection[int] = ()) -> None:
        self.holder = holder
        self.projects = frozenset(projects)
        self.frames: asyncio.Queue[Frame] = asyncio.Queue(BACKLOG)
        self.closing: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def hears(self, signal: services.Heard) -> bool:
        """One's own; of what everybody may hear, the projects that the browser shows."""
        if signal.user_id is not None:
            return signal.user_id == self.holder.user_id
        project_id: int = signal.event["project_id"]
        return project_id in self.projects

    def give(self, frame: Frame) -> None:
        """Queue a frame; who does not take them away is sent away, and comes back with a cursor."""
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.close(TOO_SLOW)

    def close(self, code: int) -> None:
        """End the socket."""
        if not self.closing.done():
            self.closing.set_result(code)


class Hub:
    """All sockets of this process, and how far the stream was read for them."""

    def __init__(self) -> None:
        self.members: set[Member] = set()
        self.place: Place | None = None
        self._rung = asyncio.Event()
        self._reading = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        # One thread, one connection to the database: reads are short, and there is one per bell and per newcomer.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hub")

    def start(self) -> None:
        """Begin to listen."""
        loops = (
            bell.listen(self._rung.set),
            self._always(self._deliver),
            self._always(self._record_lapses),
            self._always(self._check_sessions),
        )
        self._tasks = [asyncio.create_task(loop) for loop in loops]

    async def stop(self, code: int) -> None:
        """Send everybody away and end."""
        for member in self.members:
            member.close(code)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._thread.shutdown()

    async def join(self, member: Member, cursor: str) -> Frame:
        """Let a socket hear everything from now on; returns what it has missed since its cursor.

        The stream is read first: the cursor may come from another process that has read further than this one.
        """
        now = await self.advance()
        self.members.add(member)  # nothing was awaited since: the next read is the first it hears
        if not cursor:
            return {"type": "events", "cursor": now.cursor, "events": []}
        since = place_of(cursor)
        if since is None or not now.can_follow(since):
            return {"type": "resync", "cursor": now.cursor}
        hearer = (member.holder.user_id, member.projects)
        missed = await self.ask(
            partial(services.read_signals, after=since, until=now, limit=REPLAY + 1, hearer=hearer)
        )
        if len(missed) > REPLAY:
            return {"type": "resync", "cursor": now.cursor}
        return {"type": "events", "cursor": now.cursor, "events": [row.event for row in missed]}

    def leave(self, member: Member) -> None:
        """Forget a socket."""
        self.members.discard(member)

    async def advance(self) -> Place:
        """Read on to what is committed now, and hand it out; returns the place."""
        async with self._reading:
            before = self.place if self.members else None
            now, fresh = await self.ask(partial(_read_on, before))
            # No other task runs between these lines: a socket joins before all of it, or after.
            self.place = now
            for member in self.members:
                self._hand_out(member, fresh, now)
            return now

    async def ask(self, question: Callable[[], R]) -> R:
        """Let the database's thread do something. Raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, partial(_connected, question)
        )

    def _hand_out(self, member: Member, fresh: list[services.Heard], now: Place) -> None:
        if len(fresh) > BATCH:
            member.give({"type": "resync", "cursor": now.cursor})
        elif events := [signal.event for signal in fresh if member.hears(signal)]:
            member.give({"type": "events", "cursor": now.cursor, "events": events})

    async def _deliver(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), LOOK_ANYWAY)
        self._rung.clear()
        if self.members:
            await self.advance()

    async def _record_lapses(self) -> None:
        """A hold ends by the clock; who looks at its unit shall see it, not only who asks after the next run."""
        await asyncio.sleep(LAPSES_EVERY)
        if self.members:
            await self.ask(_record_lapses)

    async def _check_sessions(self) -> None:
        await asyncio.sleep(SESSIONS_EVERY)
        held = {member.holder.session_id for member in self.members} - {None}
        sessions = [session for session in held if session is not None]
        ended = await self.ask(partial(services.ended_sessions, session_ids=sessions))
        for member in self.members:
            if member.holder.session_id in ended:
                member.close(SESSION_ENDED)

    async def _always(self, step: Callable[[], Any]) -> None:
        """Again and again; a database that is away is no reason to end."""
        while True:
            try:
                await step()
            except DatabaseError as error:
                log.warning("hub_without_database", error=str(error))
                await asyncio.sleep(bell.PAUSE)


def _read_on(before: Place | None) -> tuple[Place, list[services.Heard]]:
    now = services.latest_place()
    if before is None:
        return now, []
    return now, services.read_signals(after=before, until=now, limit=BATCH + 1)


def _record_lapses() -> None:
    if Claim.objects.lapsed(clock.now()).exists():
        expire_claims()


def _connected(question: Callable[[], R]) -> R:
    close_old_connections()
    try:
        return question()
    finally:
        close_old_connections()
