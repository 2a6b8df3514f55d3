"""Pictures are never kept as they were sent: decoded, turned upright and drawn anew, without metadata (D29, G2)."""

import io
import warnings
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageOps

from realestate.core.errors import DomainError
from realestate.core.files.limits import MEGAPIXELS

FORMATS = ("PNG", "JPEG", "WEBP")
VARIANTS = {"thumb": 320, "preview": 1280}  # longest side in pixels
VARIANT_TYPE = "image/webp"
LONGEST_SIDE = 16_000  # what the encoders below can write (WebP: 16,383)
MILLION = 1_000_000
SIXTEEN_BIT = 256


class PictureTooLarge(DomainError):
    """The picture has too many pixels."""

    code, status = "picture_too_large", 422


class BrokenPicture(DomainError):
    """The picture cannot be read; it is damaged or cut off."""

    code, status = "broken_picture", 422


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: its bytes, its size in pixels, and the smaller ones by name."""

    content: bytes
    width: int
    height: int
    variants: dict[str, bytes]


def redrawn(content: IO[bytes]) -> Picture:
    """The picture without anything but its pixels. Raises PictureTooLarge, BrokenPicture (422)."""
    most = MEGAPIXELS.value() * MILLION
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our limit is below
            opened = Image.open(content, formats=FORMATS)
        with opened:
            _check(opened, most)
            kept = opened.format or ""
            image = _plain(opened)
        drawn = _encoded(image, kept)
        smaller = {name: _encoded(_fitting(image, side), "WEBP") for name, side in VARIANTS.items()}
    except DomainError:
        raise
    except Image.DecompressionBombError as error:
        raise PictureTooLarge(maximum=most) from error
    except Exception as error:  # decoders of damaged files raise whatever they stumble over
        raise BrokenPicture from error
    return Picture(drawn, image.width, image.height, smaller)


def _check(image: Image.Image, most: int) -> None:
    """The size that the header says, before a pixel is decoded."""
    width, height = image.size
    if width * height > most or max(width, height) > LONGEST_SIDE:
        raise PictureTooLarge(maximum=most)


def _plain(opened: Image.Image) -> Image.Image:
    """Decoded, upright, in RGB with or without transparency; a new image that carries no metadata."""
    opened.load()
    image: Image.Image = opened
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / SIXTEEN_BIT).convert("L")
    image = ImageOps.exif_transpose(image)
    clear = image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info
    image = image.convert("RGBA" if clear else "RGB")
    image.info.clear()
    return image


def _fitting(image: Image.Image, side: int) -> Image.Image:
    smaller = image.copy() if max(image.size) <= side else image
    if smaller is image:
        ratio = side / max(image.size)
        size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
        smaller = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return smaller


def _encoded(image: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    match form:
        case "PNG":
            image.save(out, "PNG", optimize=False)
        case "JPEG":
            image.convert("RGB").save(out, "JPEG", quality=88, optimize=True, progressive=True)
        case _:
            image.save(out, "WEBP", quality=82, method=3)
    return out.getvalue()
