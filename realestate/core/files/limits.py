"""What may be sent for which purpose, and how large: settings of the platform."""

from realestate.core.enums import FilePurpose
from realestate.core.files.kinds import KINDS
from realestate.core.system_settings import Definition, Texts, define

MEGABYTE = 1_000_000
MODELS = ("glb", "gltf", "fbx", "obj", "blend")
PICTURES = ("png", "jpeg", "webp")
DEFAULTS: dict[FilePurpose, tuple[tuple[str, ...], int]] = {
    FilePurpose.IMAGE: (PICTURES, 10),
    FilePurpose.DOCUMENT: (("pdf",), 20),
    FilePurpose.MODEL: (MODELS, 100),
    FilePurpose.ATTACHMENT: (("pdf", *PICTURES), 10),
    FilePurpose.PROOF: (("pdf", *PICTURES), 10),
}
LARGEST = 500  # megabytes that no setting exceeds


def _widest(purpose: FilePurpose) -> tuple[str, ...]:
    """Models only where models are shown; pictures only where they are drawn."""
    narrow = {FilePurpose.IMAGE: PICTURES, FilePurpose.MODEL: MODELS}
    return narrow.get(purpose, tuple(KINDS))


KINDS_FOR: dict[FilePurpose, Definition[Texts]] = {
    purpose: define(
        f"platform.{purpose}_kinds",
        Texts,
        default=Texts(kinds),
        minimum=1,
        words=_widest(purpose),
        public=True,
        help=f"Kinds of files that may be sent as {purpose}.",
    )
    for purpose, (kinds, _megabytes) in DEFAULTS.items()
}
MEGABYTES_FOR: dict[FilePurpose, Definition[int]] = {
    purpose: define(
        f"platform.{purpose}_max_megabytes",
        int,
        default=megabytes,
        minimum=1,
        maximum=LARGEST,
        unit="megabytes",
        public=True,
        help=f"The largest file that may be sent as {purpose}.",
    )
    for purpose, (_kinds, megabytes) in DEFAULTS.items()
}
MEGAPIXELS = define(
    "platform.max_megapixels",
    int,
    default=25,
    minimum=1,
    maximum=80,
    unit="megapixels",
    public=True,
    help="The largest picture, width times height; checked before it is decoded.",
)


def kinds_for(purpose: FilePurpose) -> frozenset[str]:
    """The kinds of files that may be sent for a purpose."""
    return frozenset(KINDS_FOR[purpose].value())


def most_bytes(purpose: FilePurpose) -> int:
    """How large a file for a purpose may be."""
    return MEGABYTES_FOR[purpose].value() * MEGABYTE
