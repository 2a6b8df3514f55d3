"""A server that one lane asks alone, over a database that can be what it was at first."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import schemathesis
from django.db import connection
from schemathesis.config import SchemathesisConfig

from drills import house
from drills.callers import PATIENCE, Call, Callers
from drills.lanes import own_database, put_back

ONE_CONNECTION = {"WEB_WORKERS": "1", "WEB_THREADS": "1"}  # whole again when one answer says so
Headers = Mapping[str, dict[str, str]]  # of each role


def forget_uses() -> None:
    """Limits on how often one may try are the matter of others."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE core_ratecounter")


@contextmanager
def fresh_site(*, without: str = "") -> Iterator[tuple[house.Site, Any]]:
    """A server over this lane's database, which is what it was at first, and the document that it gives."""
    connection.close()
    put_back()
    with house.site(own_database(), without=without, more=ONE_CONNECTION) as site:
        patient = SchemathesisConfig.from_dict({"request-timeout": PATIENCE})
        document = f"{site.url}/api/schema?format=json"
        yield site, schemathesis.openapi.from_url(document, config=patient, timeout=PATIENCE)


def back(site: house.Site) -> None:
    """The database is what it was, and the server has noticed."""
    connection.close()
    put_back()
    with Callers([site.door], 1) as caller:
        for _try in range(100):
            if caller.send(Call(method="GET", path="/api/units")).status == 200:
                return
            time.sleep(0.1)  # before it is asked again: a server tells nobody that it is well
    raise SystemExit("The server does not find the database that was put back.")
