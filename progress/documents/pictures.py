"""Pictures of the site for a page: of the platform's own storage only, small enough for paper."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from progress.models import ConstructionUpdate, Milestone
from realestate.core.files import picture_for_paper
from realestate.core.models import StoredFile

MOST = 6
BOX = (900, 600)  # pixels; sharp at 55 by 36 mm
OWN_FILE = re.compile(r"/api/files/(\d{1,18})")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What the layout names, its bytes as JPEG, and what stands below it."""

    name: str
    content: bytes
    caption: str


def pictures_of(
    news: Sequence[ConstructionUpdate], stages: Sequence[Milestone]
) -> Sequence[Picture]:
    """The first pictures of the news, then of stages, the latest first; those that do not open are left out."""
    wanted = dict(_captions(news, stages))
    files = StoredFile.objects.filter(pk__in=wanted, content_type__startswith="image/").in_bulk()
    found: list[Picture] = []
    for key, caption in wanted.items():
        content = picture_for_paper(files[key], BOX, "JPEG") if key in files else None
        if content is not None:
            found.append(Picture(name=f"picture-{key}.jpg", content=content, caption=caption))
        if len(found) == MOST:
            break
    return found


def _captions(
    news: Sequence[ConstructionUpdate], stages: Sequence[Milestone]
) -> Iterator[tuple[int, str]]:
    done = sorted(stages, key=lambda row: (str(row.certified_on or ""), row.pk), reverse=True)
    sources = [(row.update_title, row.images) for row in news]
    sources += [(row.name, row.photos) for row in done if row.certified_on]
    for caption, addresses in sources:
        for address in addresses:
            match = OWN_FILE.fullmatch(address)
            if match:
                yield int(match[1]), caption
