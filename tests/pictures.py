"""Real files for tests: pictures, PDFs and 3D models, each as small as it can be."""

import io
import json
import struct

from PIL import Image

PDF = b"%PDF-1.7\n%"
OBJ = b"# a triangle\no one\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
GLTF = json.dumps({"asset": {"version": "2.0"}, "scenes": []}).encode()
FBX = b"Kaydara FBX Binary  \x00\x1a\x00\xe8\x1c\x00\x00" + bytes(40)
BLEND = b"BLENDER-v300" + bytes(40)


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """A picture whose halves differ, so that turning it shows."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def glb(version: int = 2, extra: int = 0) -> bytes:
    """A binary glTF whose header says its length, plus what is asked for."""
    scene = GLTF + b" " * (-len(GLTF) % 4)
    length = 20 + len(scene) + extra
    return struct.pack("<4sIIII", b"glTF", version, length, len(scene), 0x4E4F534A) + scene


PNG, JPEG, WEBP = picture("PNG"), picture("JPEG"), picture("WEBP")
