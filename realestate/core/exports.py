"""Rows that leave the back office as a file: how often, counted with those of the API, and who took them."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from realestate.core import audit
from realestate.core.api.throttling import count
from realestate.core.errors import TooManyRequests
from realestate.core.limits import Limit
from realestate.core.transactions import service


def is_too_often(request: HttpRequest, rule: Limit) -> bool:
    """Count one more use by whoever is logged in; True, with the reason as a message, when there is none left."""
    try:
        count(request, rule)
    except TooManyRequests as refusal:
        messages.error(request, refusal.detail)
        return True
    return False


@service
def note_export(*, actor: Any, table: str, form: str, rows: int, query: str) -> None:
    """Write down who took which rows out of the house; stands in the trail of that person."""
    after: Mapping[str, object] = {"list": table, "form": form, "rows": rows, "query": query[:500]}
    audit.record(actor, actor, "exported", after=after)
