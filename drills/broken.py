"""The platform without one of its guards, for controls: a drill that cannot fail proves nothing.

``DRILL_WITHOUT`` names what is missing: ``locks`` (rows are read and not locked), ``rechecks`` (whether units are
free is asked before they are locked), ``rotation`` (a session is read and compared, and then written), ``lists`` (they
raise), ``versions`` (a replica is asked however far behind it is), ``marks`` (what is sent is noted as sent before it
is), ``transactions`` (each statement is one). As a program it is ``manage.py`` over such a platform.
"""

import os
import sys
import time
from datetime import timedelta
from typing import Any

from django.core.management import execute_from_command_line

from realestate.wsgi import application as platform

application = platform


def without_locks() -> None:
    """Whoever asks for a lock only reads."""
    from django.db.models import QuerySet

    QuerySet.select_for_update = lambda self, **_how: self  # type: ignore[method-assign]  # the guard is taken away


def without_rechecks() -> None:
    """Whether units are free is asked before they are locked, and not again."""
    from projects.models import Claim
    from projects.services import claims
    from realestate.core import clock
    from realestate.core.transactions import service

    def take_if_free(*, actor: Any, unit_ids: Any, customer_id: Any, minutes: int) -> Any:
        now = clock.now()
        are_free = not Claim.objects.live(now).filter(unit__in=unit_ids).exists()
        units = claims.lock_for_taking(unit_ids)
        # Two private steps of the real one: it is this function without its second look, and nobody else may call them.
        claims._release_lapsed(Claim.objects.filter(unit__in=units), now)  # noqa: SLF001  # a step of the real one
        until = now + timedelta(minutes=minutes)
        if not are_free:
            return []
        return [
            claims._take(actor=actor, unit=unit, customer_id=customer_id, now=now, until=until)  # noqa: SLF001  # a step of the real one
            for unit in units
        ]

    claims.take_if_free = service(take_if_free)


def without_rotation() -> None:
    """Refresh as it is usually written: read the session, compare, write."""
    from uuid import uuid4

    from accounts.models import Session
    from accounts.services import sessions, tokens

    def rotate(*, session_id: int, user_id: int, jti: str) -> Any:
        session = Session.objects.select_related("user").get(pk=session_id, user=user_id)
        if session.jti != jti:
            return None
        session.jti = uuid4().hex
        session.save()
        return tokens.mint(session)

    sessions.rotate_session = rotate  # the guard is taken away


def without_lists() -> None:
    """Every list raises."""
    from realestate.core.api import views

    def crash(*_args: Any, **_more: Any) -> None:
        raise ZeroDivisionError

    # Lists look it up in this module, which only imports it; in its place stands, on purpose, what answers nothing.
    views.envelope = crash  # type: ignore[assignment, attr-defined]  # what is broken


def without_versions() -> None:
    """A replica is taken for being as far as the primary."""
    from realestate.core.answers import version
    from realestate.core.answers.replica import read_from_replica

    def trust(_statement: str, wanted: str | None) -> bool:
        return read_from_replica(f"SELECT '{wanted}'", wanted)

    # The view's beginning looks it up in this module, which only imports it; in its place stands, on purpose, one
    # that never compares.
    version.read_from_replica = trust  # type: ignore[attr-defined, assignment]  # what is broken


def without_marks() -> None:
    """Whoever sends something notes at once that it was sent, and then it is on its way for a while."""
    from notifications import services

    start = services.start_delivery

    def start_and_finish(*, delivery_id: int) -> Any:
        found = start(delivery_id=delivery_id)
        if found is not None:
            services.finish_delivery(delivery_id=delivery_id)
            # A slow line: between the note and the sending is where a kill loses a mail, so it has to last a while.
            time.sleep(0.2)
        return found

    services.start_delivery = start_and_finish  # what is broken


def without_transactions() -> None:
    """Each statement is committed by itself, whatever block it stands in."""
    from django.db.backends.signals import connection_created

    def commit_each(execute: Any, statement: Any, values: Any, many: Any, context: Any) -> Any:
        found = execute(statement, values, many, context)
        context["connection"].connection.commit()
        return found

    def break_(connection: Any, **_more: Any) -> None:
        connection.execute_wrappers.append(commit_each)

    connection_created.connect(break_, weak=False)


BREAKS: dict[str, Any] = {
    "locks": without_locks,
    "rechecks": without_rechecks,
    "rotation": without_rotation,
    "lists": without_lists,
    "versions": without_versions,
    "marks": without_marks,
    "transactions": without_transactions,
}
for word in os.environ.get("DRILL_WITHOUT", "").split():
    BREAKS[word]()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
