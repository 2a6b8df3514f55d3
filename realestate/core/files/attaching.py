"""Files that people attach: rows keep their addresses, whoever may read the row gets links that end soon."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings

from realestate.core import audit
from realestate.core.errors import InvalidValue
from realestate.core.files.links import file_path, signed_link
from realestate.core.models import StoredFile
from realestate.core.readers import Reader

MINUTES = 60  # in which a page that shows a link can open it; asking again gives a new one
_PATH = re.compile(r"/api/files/(\d{1,18})")


def attached(
    *, actor: audit.Actor, addresses: Iterable[str], field: str, known: Iterable[str] = ()
) -> list[str]:
    """Addresses as a row keeps them: of our own files the path alone, of others as they were given.

    Files must be the actor's own, or ``known``: in the row already. Raises InvalidValue (400).
    """
    given = [(address, _key(address)) for address in addresses]
    keys = {key for _, key in given if key is not None} - {_key(address) for address in known}
    own = StoredFile.objects.filter(pk__in=keys, owner=actor.pk)
    if keys and own.count() < len(keys):
        raise InvalidValue(errors={field: ["There is no such file of yours."]})
    return [address if key is None else file_path(StoredFile(pk=key)) for address, key in given]


def opened(address: str, reader: Reader | None = None) -> str:
    """What a reader of a row gets for an address that it keeps: a link that ends soon, or the address itself."""
    found = _PATH.fullmatch(address)
    if found is None:
        return address
    return signed_link(StoredFile(pk=int(found[1])), MINUTES, reader=reader)


def _key(address: str) -> int | None:
    """The file that an address of ours names, with or without site and token."""
    parts = urlsplit(address)
    ours = urlsplit(settings.PUBLIC_URL)
    found = _PATH.fullmatch(parts.path)
    return int(found[1]) if found and parts.netloc in {"", ours.netloc} else None
