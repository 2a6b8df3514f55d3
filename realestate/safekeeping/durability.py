"""What was acknowledged is on disk (C4): ``check --deploy --database default`` refuses a server of another kind."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

NEEDED = {
    "fsync": "a crash of the machine may leave nothing that can be read",
    "full_page_writes": "a page that was half written when the power failed cannot be repaired",
    "synchronous_commit": "the last bookings before a crash may be lost though they were acknowledged",
    "data_checksums": "damage of the disk is not seen before it is copied into each backup",
}
GOOD = {
    "on",
    "local",
    "remote_write",
    "remote_apply",
}  # the others say whether a standby is waited for


def weaknesses(found: Mapping[str, str]) -> list[CheckMessage]:
    """One error for each setting that does not keep what was promised."""
    return [
        Error(f"{name} of the database is {found[name]}: {why}.", id=f"realestate.E{number:03d}")
        for number, (name, why) in enumerate(NEEDED.items(), 1)
        if found[name] not in GOOD
    ]


@register(Tags.database, deploy=True)
def check_durability(
    app_configs: object = None,  # noqa: ARG001  # Django passes it by name
    databases: Iterable[str] | None = None,
    **_more: Any,
) -> list[CheckMessage]:
    """As the platform's own sessions see them: a role or a database may have settings of its own."""
    found = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(NEEDED)]
            )
            found += weaknesses(dict(cursor.fetchall()))
    return found
