"""What was told to whom, and what is told of something that is undone."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from notifications.models import Notification
from realestate.core.errors import Conflict
from realestate.core.events import publish
from realestate.core.transactions import service

say = service(publish)


def news(kind: str = "", *, again: Iterable[Any] = ()) -> list[tuple[int, str, str]]:
    """(who, title, sentence) of what was told, or told about a kind of thing; ``again``: events that add nothing."""
    for event in again:
        say(event)
    rows = Notification.objects.order_by("pk")
    if kind:
        rows = rows.filter(related_entity_type=kind)
    return [(row.user_id, row.title, row.message) for row in rows]


def told() -> set[int]:
    """Who has read anything."""
    return set(Notification.objects.values_list("user", flat=True))


def pages(kind: str) -> dict[int, str]:
    """Where each reader is led by what was told about a kind of thing."""
    rows = Notification.objects.filter(related_entity_type=kind)
    return dict(rows.values_list("user", "action_url"))


def forget() -> None:
    """Nobody was told anything."""
    Notification.objects.all().delete()


def refuse_after(do: Callable[[], Any]) -> None:
    """It is done and told, and then its transaction is refused."""

    @service
    def done_and_refused():
        do()
        assert Notification.objects.exists()
        raise Conflict

    with pytest.raises(Conflict):
        done_and_refused()
