"""A builder's letterhead: logo or initials, name, address and registration number, the same on all its documents."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Q

from accounts.models import Builder
from realestate.core.enums import Visibility
from realestate.core.files import picture_for_paper
from realestate.core.models import StoredFile

LOGO = "logo.png"  # what the layout calls it
LARGEST_LOGO = 5_000_000  # bytes
LOGO_BOX = (900, 360)  # pixels; sharp at 38 by 15 mm
OWN_FILE = re.compile(r"/api/files/(\d{1,18})(?:[?#].*)?")
NO_PART_OF_A_NAME = frozenset({"and", "of", "the", "&"})


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """What the layout shows on top, and the picture that it names."""

    seller: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the company."""
        return str(self.seller["name"])


def letterhead_of(builder: Builder) -> Letterhead:
    """The letterhead of a builder, with its user loaded; one query more when its logo is one of our files.

    A logo on another machine is not fetched: then, as without one, the company's initials stand in its place.
    """
    logo = logo_of(builder)
    contact = " · ".join(text for text in (builder.phone, builder.user.email) if text)
    number = builder.license_number
    lines = (
        *builder.address.splitlines(),
        contact,
        builder.website,
        f"Registration no. {number}" if number else "",
    )
    return Letterhead(
        seller={
            "name": builder.company_name,
            "lines": [line for line in lines if line.strip()],
            "initials": initials_of(builder.company_name),
            "has_logo": logo is not None,
        },
        files={LOGO: logo} if logo is not None else {},
    )


def initials_of(name: str) -> str:
    """Two letters at most: of the first two words that say something."""
    words = [word for word in re.findall(r"\w+", name) if word.casefold() not in NO_PART_OF_A_NAME]
    return "".join(word[0] for word in words[:2]).upper()


def logo_of(builder: Builder) -> bytes | None:
    """The builder's logo as a PNG, if it is a picture in our own storage that may be shown."""
    path = builder.logo_url.removeprefix(settings.PUBLIC_URL)
    match = OWN_FILE.fullmatch(path)
    if match is None:
        return None
    shown = Q(visibility=Visibility.PUBLIC) | Q(owner=builder.pk)
    file = StoredFile.objects.filter(shown, pk=int(match[1]), size__lte=LARGEST_LOGO).first()
    return picture_for_paper(file, LOGO_BOX, "PNG") if file is not None else None
