"""What the adapters share: an address from the settings, a console, requests with limits, whose fault a failure is."""

import sys
from collections.abc import Mapping
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import requests
from django.conf import settings

from notifications.models import Notification
from realestate.core.retrying import is_out_of_reach

CONSOLE = "console"
TIMEOUT = (2, 8)  # seconds to connect, and to wait for an answer
BROKEN = 500  # as an answer over HTTP: the carrier's own fault


class CarrierRefused(Exception):
    """A carrier did not take it; the text says why, without keys."""

    status: int = 0


def carrier(address: str) -> SplitResult:
    """The carrier of a channel, as its setting names it."""
    return urlsplit(address)


def show(title: str, *lines: str) -> None:
    """What would have been sent, on the worker's output."""
    sys.stdout.write("\n".join([f"--- {title}", *lines, "---", ""]))
    sys.stdout.flush()


def link_of(notification: Notification) -> str:
    """Where to read more; empty when there is nowhere."""
    path = notification.action_url
    return urljoin(settings.FRONTEND_URL, path) if path else ""


def post(
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    json: Mapping[str, str] | None = None,
    login: tuple[str, str] | None = None,
    bearer: str = "",
) -> None:
    """POST, following nobody elsewhere. Raises CarrierRefused; requests' errors when nobody answers."""
    answer = requests.post(
        url,
        data=form,
        json=json,
        auth=tuple(unquote(part) for part in login) if login else None,  # type: ignore[arg-type]  # two of them
        headers={"Authorization": f"Bearer {unquote(bearer)}"} if bearer else None,
        timeout=TIMEOUT,
        allow_redirects=False,
    )
    if not answer.ok or answer.is_redirect:
        refusal = CarrierRefused(f"{answer.status_code} {answer.text[:200]}")
        refusal.status = answer.status_code
        raise refusal


def is_carriers_fault(error: Exception) -> bool:
    """Whether a failed try says of the carrier that it is away or mad, and nothing of what was to be sent."""
    if isinstance(error, CarrierRefused):
        return error.status >= BROKEN
    return is_out_of_reach(error)
