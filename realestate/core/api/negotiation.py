"""Every answer of the API is JSON, whatever the caller says it accepts (contract T3): no 406, no ``?format=``."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class AlwaysFirst(DefaultContentNegotiation):
    """Takes the view's first renderer; parsers are chosen by Content-Type as usual."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: Any = None,  # DRF's signature
    ) -> tuple[BaseRenderer, str]:
        """The first renderer and its media type."""
        first = next(iter(renderers))
        return first, str(first.media_type)
