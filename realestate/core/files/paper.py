"""Stored pictures on paper: small enough for a document, whatever was uploaded."""

import io

from django.core.files.storage import default_storage
from PIL import Image

from realestate.core.errors import ServiceUnavailable
from realestate.core.files.storing import STORE_FAILED
from realestate.core.models import StoredFile

MOST_PIXELS = 60_000_000  # of a picture that is decoded for a document
KINDS = {"PNG": "RGBA", "JPEG": "RGB"}  # the format -> its colours


def picture_for_paper(file: StoredFile, box: tuple[int, int], kind: str) -> bytes | None:
    """A stored picture as PNG or JPEG, no larger than ``box`` in pixels; None when it is not there, or is none.

    Raises ServiceUnavailable (503) when the store does not answer: a document without its pictures would be wrong.
    """
    try:
        with default_storage.open(file.path) as stored, Image.open(stored) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", box)  # JPEGs are decoded at about the size that is needed
            small = image.convert(KINDS[kind])
            small.thumbnail(box)
            drawn = io.BytesIO()
            small.save(drawn, kind)
            return drawn.getvalue()
    except STORE_FAILED as error:
        raise ServiceUnavailable from error
    except (OSError, ValueError, SyntaxError):  # not there, or no picture
        return None
