"""Several events of one kind that happen together, such as a night's demands: told at once to whoever hears them so."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from realestate.core.events import Event, Handler, listeners, on
from realestate.core.transactions import outermost_block

Heard = TypeVar("Heard", bound=Event)
Together = Callable[[Sequence[Heard]], None]
_together: dict[Handler, Callable[[Sequence[Any]], None]] = {}


def on_many(event: type[Heard]) -> Callable[[Together[Heard]], Together[Heard]]:
    """Register a handler that hears several events at once, and a single one as a list of one.

    Its statements must not grow with the events.
    """

    def register(handler: Together[Heard]) -> Together[Heard]:
        @functools.wraps(handler)
        def alone(event: Heard) -> None:
            handler([event])

        _together[on(event)(alone)] = handler
        return handler

    return register


def publish_all(events: Sequence[Event]) -> None:
    """Tell everybody who listens of events of one kind, in their order; must be called inside a service."""
    if outermost_block() is None:
        message = "publish_all() belongs inside a service"
        raise RuntimeError(message)
    for handler in listeners(type(events[0])) if events else ():
        if handler in _together:
            _together[handler](events)
            continue
        for event in events:
            handler(event)
