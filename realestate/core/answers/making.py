"""The answer that is being made: whether it may be kept, under which version, and until when it is true.

Nothing here asks a clock or a database, so that whatever shows something that time changes can say so: a day of the
calendar (``clock.today``), a link that ends (``readers.seal``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime


@dataclass
class Making:
    """What is known of an answer so far."""

    is_wanted: bool  # somebody would keep it: nobody is logged in and there is room
    is_catalogue: bool = False
    is_public: bool = False  # the same for everybody who is not logged in
    version: str | None = None  # read before anything that the answer shows; None: not to be kept
    since: datetime | None = None
    until: datetime | None = None


_making: ContextVar[Making | None] = ContextVar("making", default=None)


@contextmanager
def making(*, is_wanted: bool) -> Iterator[Making]:
    """Inside, an answer is made."""
    made = Making(is_wanted)
    outside = _making.set(made)
    try:
        yield made
    finally:
        _making.reset(outside)


def present() -> Making | None:
    """The answer that is being made; None outside of requests."""
    return _making.get()


def is_kept() -> bool:
    """Whether it matters until when what is shown is true."""
    made = _making.get()
    return made is not None and made.version is not None


def ends(at: datetime) -> None:
    """What is shown is not true any more at an instant."""
    made = _making.get()
    if made is not None:
        made.until = at if made.until is None else min(made.until, at)


def is_for_one_reader() -> None:
    """What is shown is only for whoever asks."""
    made = _making.get()
    if made is not None:
        made.is_public, made.version = False, None
