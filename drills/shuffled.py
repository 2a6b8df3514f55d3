"""A plugin of pytest (``-p drills.shuffled``): files in random order, and the tests of a file, by ``--randomly-seed``.

pytest-randomly shuffles too, but pytest-django then sorts by how tests use the database. Here nothing is sorted after.
"""

import random

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every worker comes to the same order: it depends on the names and the seed alone."""
    chance = random.Random(config.getoption("randomly_seed"))  # noqa: S311  # to be repeated by its seed; no secret
    files: dict[str, list[pytest.Item]] = {}
    for item in sorted(items, key=lambda each: each.nodeid):
        files.setdefault(str(item.path), []).append(item)
    names = sorted(files)
    chance.shuffle(names)
    for name in names:
        chance.shuffle(files[name])
    items[:] = [item for name in names for item in files[name]]
