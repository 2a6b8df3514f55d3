"""The world that all tests of permissions ask about."""

import pytest

from tests.permissions.world import World, make_world


@pytest.fixture
def world(settings, tmp_path) -> World:
    """One of each kind, fresh; its files are nobody else's."""
    settings.MEDIA_ROOT = tmp_path
    return make_world()
