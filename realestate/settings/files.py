"""Where uploaded files and papers are kept: a folder, or a private bucket of an S3-compatible store."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from botocore.config import Config

from realestate.settings.env import env

given_bucket = env.bucket(
    "FILES_URL",
    about="S3-compatible store of uploaded files and papers. Not set: the folder media in VAR_DIR.",
)

PRIVATE_LINKS = env.text(
    "PRIVATE_LINKS",
    default="client",
    choices=("client", "agent", "login"),
    about="Where a link to a private file or paper opens without an access token: client in the same program and the"
    " same network as the login that was handed it, agent in the same program wherever it is (for people whose address"
    " changes with each request), login nowhere.",
)

CLAMD_ADDRESS = env.text(
    "CLAMD_ADDRESS",
    about="Virus scanner that looks at each file that people send: tcp://HOST:PORT or unix:///PATH of a clamd. No file"
    " is kept while it does not answer. Not set: nobody looks.",
)


def is_scanner(address: SplitResult) -> bool:
    """Whether an address can be a clamd's: a host with its port, or a socket in the file system."""
    try:
        has_port = bool(address.hostname and address.port) and address.path in {"", "/"}
    except ValueError:  # a port that is no number
        return False
    more = address.query or address.fragment or address.username
    on_disk = not address.netloc and len(address.path) > 1
    return not more and {"tcp": has_port, "unix": on_disk}.get(address.scheme, False)


if CLAMD_ADDRESS and not is_scanner(urlsplit(CLAMD_ADDRESS)):
    env.wrong("CLAMD_ADDRESS must be tcp://HOST:PORT or unix:///PATH")


def files_storage(bucket: dict[str, Any]) -> dict[str, Any]:
    """Django's storage of files: a private bucket, or a folder."""
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ours = {
        "default_acl": None,  # the bucket's own rules; files are handed out by us only
        "file_overwrite": True,  # names are random: asking first whether there is one costs a request
        "max_memory_size": 2_500_000,  # bytes of a file on its way; more go to disk
        "client_config": Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},  # other stores than Amazon's have no host per bucket
            # Newer checksums, which not every store knows, only where S3 asks for them.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=3,
            read_timeout=20,
            retries={"total_max_attempts": 3, "mode": "standard"},
        ),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**bucket, **ours}}


STORAGES: dict[str, dict[str, Any]] = {
    "default": files_storage(given_bucket),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
