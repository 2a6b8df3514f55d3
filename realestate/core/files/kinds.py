"""What a file is: its first bytes decide, and a name that says something else is refused (D29)."""

import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from realestate.core.errors import DomainError

HEAD = 65_536  # bytes that are looked at; glTF, which is JSON, is read whole
MOST_JSON = 50_000_000
UTF8_MARK = b"\xef\xbb\xbf"
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class UnknownFileType(DomainError):
    """This kind of file is not taken here."""

    code, status = "unknown_file_type", 422


class NameDisagrees(DomainError):
    """The name of the file says something else than its content."""

    code, status = "file_name_mismatch", 422


class ModelNotWhole(DomainError):
    """A glTF file must carry its buffers and textures itself; export it as GLB or as embedded glTF."""

    code, status = "model_not_whole", 422


@dataclass(frozen=True)
class Kind:
    """One kind of file that the platform knows: its media type and the endings of its name."""

    media_type: str
    endings: tuple[str, ...]
    picture: bool = False


KINDS: Mapping[str, Kind] = {
    "pdf": Kind("application/pdf", ("pdf",)),
    "png": Kind("image/png", ("png",), picture=True),
    "jpeg": Kind("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), picture=True),
    "webp": Kind("image/webp", ("webp",), picture=True),
    "glb": Kind("model/gltf-binary", ("glb",)),
    "gltf": Kind("model/gltf+json", ("gltf",)),
    "fbx": Kind("application/x-fbx", ("fbx",)),
    "blend": Kind("application/x-blender", ("blend",)),
    "obj": Kind("model/obj", ("obj",)),
}
SIGNATURES: Mapping[bytes, str] = {
    b"%PDF-": "pdf",
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"Kaydara FBX Binary  \x00": "fbx",
    b"BLENDER-v": "blend",
    b"BLENDER_v": "blend",
}
BLENDER_5 = re.compile(rb"BLENDER\d\d[-_]\d\dv\d{4}")
FBX_TEXT = re.compile(rb"; ?FBX \d+\.\d+")
OBJ_STATEMENT = re.compile(
    r"(?:v|vn|vt|vp)(?:\s+[-+]?[\d.]+(?:[eE][-+]?\d+)?){1,8}"
    r"|[flp](?:\s+-?\d+(?:/-?\d*){0,2})+"
    r"|(?:o|g|s|mtllib|usemtl|mg|lod|maplib|usemap)(?:\s+[^<>]*)?"
)
FEWEST_VERTICES = 3


def recognise(content: IO[bytes], size: int) -> str:
    """The word in ``KINDS`` for a file of ``size`` bytes; leaves it at its beginning.

    Raises UnknownFileType, ModelNotWhole (422).
    """
    content.seek(0)
    head = content.read(HEAD)
    content.seek(0)
    word = _by_signature(head, size)
    if word is None and head.removeprefix(UTF8_MARK).lstrip()[:1] == b"{" and size <= MOST_JSON:
        word = _gltf(content.read())
        content.seek(0)
    if word is None and _is_obj(head, whole=size <= HEAD):
        word = "obj"
    if word is None and head.startswith((GZIP, ZSTD)):
        raise UnknownFileType("The file is compressed; save it without compression.")
    if word is None:
        raise UnknownFileType
    return word


def agreeing_name(name: str, kind: Kind, *, strict: bool = False) -> str:
    """The name, with the kind's ending where it has none. ``strict``: it must have one.

    Raises NameDisagrees (422) for another ending.
    """
    stem, dot, ending = name.rpartition(".")
    if dot and stem and ending.lower() in kind.endings:
        return name
    if strict or (dot and stem and re.fullmatch(r"[A-Za-z0-9]{1,5}", ending)):
        raise NameDisagrees(expected=kind.endings[0])
    return f"{name[:190]}.{kind.endings[0]}"


def _by_signature(head: bytes, size: int) -> str | None:
    for signature, word in SIGNATURES.items():
        if head.startswith(signature):
            return word
    if (head[:4], head[8:12]) == (b"RIFF", b"WEBP"):
        return "webp"
    if BLENDER_5.match(head):
        return "blend"
    if FBX_TEXT.match(head):
        return "fbx"
    if head[:4] == b"glTF":
        return _glb(head, size)
    return None


def _glb(head: bytes, size: int) -> str | None:
    """Binary glTF 2.0: the header's length is the file's, and the first part is JSON."""
    whole = 20
    if len(head) < whole:
        return None
    version, length, part = struct.unpack_from("<III", head, 4)
    fits = version == 2 and length == size and 0 < part <= size - whole  # noqa: PLR2004  # glTF 2.0
    return "glb" if fits and head[16:20] == b"JSON" else None


def _gltf(content: bytes) -> str | None:
    """JSON with ``asset.version``. Raises ModelNotWhole (422) when it points to files beside it."""
    try:
        scene: Any = json.loads(content)
    except (ValueError, RecursionError):
        return None
    asset = scene.get("asset")
    version = asset.get("version") if isinstance(asset, dict) else None
    if not isinstance(version, str) or not re.fullmatch(r"\d{1,3}\.\d{1,3}", version):
        return None
    for part in ("buffers", "images"):
        rows = scene.get(part, [])
        links = (
            [row.get("uri") for row in rows if isinstance(row, dict)]
            if isinstance(rows, list)
            else [part]
        )
        if any(link is not None and not str(link).startswith("data:") for link in links):
            raise ModelNotWhole
    return "gltf"


def _is_obj(head: bytes, *, whole: bool) -> bool:
    """Text in which each line is a statement of the format, with vertices among them."""
    try:
        text = head.decode("utf-8") if whole else head.rpartition(b"\n")[0].decode("utf-8")
    except UnicodeDecodeError:
        return False
    if "\x00" in text:
        return False
    joined = re.sub(r"\\\r?\n", " ", text.removeprefix("\ufeff"))
    lines = [line.strip() for line in joined.splitlines()]
    said = [line for line in lines if line and not line.startswith("#")]
    vertices = sum(1 for line in said if re.match(r"v\s", line))
    return vertices >= FEWEST_VERTICES and all(OBJ_STATEMENT.fullmatch(line) for line in said)
