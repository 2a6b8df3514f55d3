"""Where files are kept in these tests: a folder, or a bucket of a real S3 server on this machine; and their jobs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.storage import default_storage, storages
from moto.server import ThreadedMotoServer

from realestate.core.jobs import app
from realestate.settings.base import files_storage
from realestate.settings.env import Reader

BUCKET = "house-files"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 server with an empty bucket, as ``FILES_URL`` names it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"s3+http://key:secret@{host}:{port}/{BUCKET}?region=eu-west-1"
    server.stop()


def bucket_options(address: str) -> dict[str, Any]:
    """The storage's settings as the platform makes them from ``FILES_URL``."""
    return files_storage(Reader({"FILES_URL": address}).bucket("FILES_URL", about=""))


@pytest.fixture
def bucket(s3_server: str, settings: Any) -> Any:
    """An empty bucket in which the platform keeps its files during the test."""
    options = bucket_options(s3_server)
    client = boto3.resource(
        "s3",
        endpoint_url=options["OPTIONS"]["endpoint_url"],
        aws_access_key_id="key",
        aws_secret_access_key="secret",  # of a server that lives as long as the tests
        region_name="eu-west-1",
    )
    found = client.Bucket(BUCKET)
    if found.creation_date:
        found.objects.all().delete()
    else:
        found.create(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    settings.STORAGES = {**settings.STORAGES, "default": options}
    return found


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Any:
    """A function that lists everything in the store; the test runs with either kind of store."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    else:
        settings.MEDIA_ROOT = tmp_path / "media"

    def listed() -> set[str]:
        folders, _files = default_storage.listdir("")
        return {
            f"{folder}/{name}" for folder in folders for name in default_storage.listdir(folder)[1]
        }

    if request.param == "folder":
        (tmp_path / "media").mkdir()
    assert storages["default"] == default_storage
    return listed


@pytest.fixture
def own_registry() -> Iterator[None]:
    """The jobs that a test registers are forgotten after it."""
    registries = (app.tasks, app.periodic_registry.periodic_tasks)
    before = [dict(registry) for registry in registries]
    yield
    for registry, known in zip(registries, before, strict=True):
        registry.clear()
        registry.update(known)
