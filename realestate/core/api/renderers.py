"""JSON out: orjson for speed, DRF's own encoder for every type that orjson does not know."""

from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer as DRFJSONRenderer
from rest_framework.utils.encoders import JSONEncoder

OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_SUBCLASS


class JSONRenderer(DRFJSONRenderer):
    """Byte-equal to DRF's renderer, several times faster; falls back to it where orjson is stricter."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Any = None,  # DRF's signature
    ) -> bytes:
        """The body as UTF-8 JSON; nothing but an absent body renders as ``null``-free bytes."""
        if data is None:
            return b""
        try:
            return orjson.dumps(data, default=JSONEncoder().default, option=OPTIONS)
        except TypeError:
            return bytes(super().render(data, accepted_media_type, renderer_context))
