"""Gives kept answers again, keeps new ones, and tells every cache outside what it may do with an answer."""

from collections.abc import Callable
from datetime import timedelta
from http.client import OK, SERVICE_UNAVAILABLE

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from realestate.core import clock
from realestate.core.answers import shared, version
from realestate.core.answers.entries import Entry, knows, not_modified, tag_of
from realestate.core.answers.making import Making, making
from realestate.core.answers.memory import Memory
from realestate.core.answers.replica import primary_afterwards

API = "/api/"
EVERYBODY = "public, max-age=0, must-revalidate"  # kept anywhere, asked for each time
ONE_READER = "private, no-cache"  # the same in a browser alone
NOBODY = "private, no-store"
CREDENTIALS = ("Authorization", "Cookie")
MOST_ENTRIES = 10_000
LONGEST_KEY = 2_000  # characters


class KeptAnswersMiddleware:
    """Each process has one, and in it the answers that it keeps."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """As many megabytes as the settings say."""
        self.get_response = get_response
        most_bytes = settings.CATALOGUE_CACHE_MB * 1024**2
        self.memory = Memory(most_bytes=most_bytes, most_entries=MOST_ENTRIES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A kept answer, or a new one."""
        if not request.path_info.startswith(API):
            return self.get_response(request)
        key = key_of(request) if self.memory.most_bytes else None
        kept = self._kept(key) if key else None
        if kept is not None:
            return kept.answer(request)
        made, response = self._made(request, is_wanted=key is not None)
        if not made.is_catalogue or response.status_code != OK or response.streaming:
            response.setdefault("Cache-Control", NOBODY)
            return response
        is_public = made.is_public and is_anonymous(request) and not response.cookies
        response["ETag"] = tag_of(response.content)
        response["Cache-Control"] = EVERYBODY if is_public else ONE_READER
        patch_vary_headers(response, CREDENTIALS)
        if key is not None and is_public:
            self._keep(key, response, made)
        return not_modified(response.headers) if knows(request, response["ETag"]) else response

    def _made(self, request: HttpRequest, *, is_wanted: bool) -> tuple[Making, HttpResponse]:
        """A new answer; once more, from the primary, where the replica went away while it was read."""
        while True:  # at most twice: a replica that was lost is spared
            with making(is_wanted=is_wanted) as made, primary_afterwards() as source:
                response = self.get_response(request)
            if not (source.is_lost and response.status_code == SERVICE_UNAVAILABLE):
                return made, response

    def _kept(self, key: str) -> Entry | None:
        """What this process or another one has kept, if it is still what would be answered."""
        present = None
        for find in (self.memory.get, shared.get):
            entry = find(key)
            if entry is None:
                continue
            present = present or _present()
            if entry.is_true(present, clock.now()):
                if find is shared.get:
                    self.memory.put(key, entry)
                return entry
        return None

    def _keep(self, key: str, response: HttpResponse, made: Making) -> None:
        if made.version is None or made.since is None:
            return
        longest = made.since + timedelta(seconds=settings.CATALOGUE_CACHE_SECONDS)
        entry = Entry(
            version=made.version,
            since=made.since,
            until=min(longest, made.until or longest),
            headers=[*response.items()],
            body=response.content,
        )
        self.memory.put(key, entry)
        shared.put(key, entry, clock.now())


def is_anonymous(request: HttpRequest) -> bool:
    """Nothing came with the request by which somebody might be known."""
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    return "HTTP_AUTHORIZATION" not in request.META and not has_session


def key_of(request: HttpRequest) -> str | None:
    """Under what an answer is kept: the address as it was asked for. None: neither kept nor given.

    Within a transaction a reader sees what nobody else does yet, so it is never given anything kept.
    """
    if request.method not in {"GET", "HEAD"} or not is_anonymous(request):
        return None
    if connection.in_atomic_block:
        return None
    try:
        key = f"{request.scheme}://{request.get_host()}{request.get_full_path()}"
    except DisallowedHost:
        return None
    return key if len(key) <= LONGEST_KEY else None


def _present() -> str | None:
    """The version of the catalogue; the question is also how a lost connection is found out, so it is the only one."""
    connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs do not know it
    try:
        return version.present()
    except (OperationalError, InterfaceError):  # the view will try a new connection
        connection.close()
        return None
