"""What may be sent for which purpose, and how large: settings of the platform."""

from collections.abc import Callable

from realestate.core.enums import FilePurpose
from realestate.core.files.kinds import KINDS
from realestate.core.system_settings import Definition, define

MEGABYTE = 1_000_000
MODELS = "glb,gltf,fbx,obj,blend"
PICTURES = "png,jpeg,webp"
DEFAULTS: dict[FilePurpose, tuple[str, int]] = {
    FilePurpose.IMAGE: (PICTURES, 10),
    FilePurpose.DOCUMENT: ("pdf", 20),
    FilePurpose.MODEL: (MODELS, 100),
    FilePurpose.ATTACHMENT: (f"pdf,{PICTURES}", 10),
    FilePurpose.PROOF: (f"pdf,{PICTURES}", 10),
}
LARGEST = 500  # megabytes that no setting exceeds


def _only(words: str) -> Callable[[str], object]:
    """A reader that takes lists of these kinds only."""

    def read(value: str) -> list[str]:
        kinds = [word.strip() for word in value.split(",") if word.strip()]
        wrong = [word for word in kinds if word not in words.split(",")]
        if wrong or not kinds:
            message = f"Give some of {words}, separated by commas."
            raise ValueError(message)
        return kinds

    return read


def _widest(purpose: FilePurpose) -> str:
    """Models only where models are shown; pictures only where they are drawn."""
    narrow = {FilePurpose.IMAGE: PICTURES, FilePurpose.MODEL: MODELS}
    return narrow.get(purpose, ",".join(KINDS))


KINDS_FOR: dict[FilePurpose, Definition[str]] = {
    purpose: define(
        f"platform.{purpose}_kinds",
        str,
        default=kinds,
        reads=_only(_widest(purpose)),
        public=True,
        help=f"Kinds of files that may be sent as {purpose}, separated by commas.",
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
    words = KINDS_FOR[purpose].value().split(",")
    return frozenset(word.strip() for word in words if word.strip())


def most_bytes(purpose: FilePurpose) -> int:
    """How large a file for a purpose may be."""
    return MEGABYTES_FOR[purpose].value() * MEGABYTE
