"""A replica that answers the public catalogue, where ``DATABASE_REPLICA_URL`` names one.

It is asked only while it is at the very version of the catalogue that the primary is at. So nobody ever sees less than
was committed, however far a replica is behind: while it is, and while it does not answer, the primary answers. Whoever
is logged in, and whatever writes, knows only the primary.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic

import structlog
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

ALIAS = "replica"
SPARED = 10.0  # seconds in which a process does not ask a replica that did not answer (D28)
log = structlog.get_logger(__name__)
_spared_until = {ALIAS: 0.0}
_primary: ContextVar[BaseDatabaseWrapper | None] = ContextVar("primary", default=None)


@dataclass
class Source:
    """Whence an answer was read."""

    is_lost: bool = (
        False  # the replica went away meanwhile: what failed for that can be read from the primary
    )


@contextmanager
def primary_afterwards() -> Iterator[Source]:
    """Whatever reads from the replica inside, what follows has the primary."""
    outside, source = _primary.set(None), Source()
    try:
        yield source
    finally:
        primary = _primary.get()
        if primary is not None:
            replica = connections[ALIAS]
            replica.execute_wrappers = []
            connections[DEFAULT_DB_ALIAS] = primary
            source.is_lost = replica.connection is None or replica.connection.closed
            if source.is_lost:
                _spare(replica, "The connection was lost.")
        _primary.reset(outside)


def read_from_replica(statement: str, wanted: str | None) -> bool:
    """Let this thread read from the replica until the end of ``primary_afterwards``, if it knows as much.

    ``statement`` asks a database for its version of the catalogue; ``wanted`` is what the primary has said.
    """
    if wanted is None or ALIAS not in connections.settings or monotonic() < _spared_until[ALIAS]:
        return False
    replica = connections[ALIAS]
    try:
        with replica.cursor() as cursor:
            cursor.execute(statement)
            if cursor.fetchone() != (wanted,):
                return False
    except Error as error:
        _spare(replica, str(error))
        return False
    primary = connections[DEFAULT_DB_ALIAS]
    _primary.set(primary)
    # Whoever counts this request's statements counts these too.
    replica.execute_wrappers = primary.execute_wrappers
    connections[DEFAULT_DB_ALIAS] = replica
    return True


def _spare(replica: BaseDatabaseWrapper, why: str) -> None:
    replica.close()
    _spared_until[ALIAS] = monotonic() + SPARED
    log.warning("replica_not_reached", error=why)
