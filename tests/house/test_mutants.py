"""The drill of mistakes (B13) finds what it makes them in, and the tests that must find them."""

import pytest

from drills.mutant_groups import GROUPS, stale_excuses
from realestate.settings.env import BASE_DIR


@pytest.mark.parametrize("name", GROUPS)
def test_B13_mistakes_can_be_made_in_every_module_of_a_group_and_its_tests_are_there(name):
    group = GROUPS[name]
    untouched = set(group.modules) - {mistake.module for mistake in group.all_mistakes()}
    gone = [path for path in group.tests if not (BASE_DIR / path).is_file()]
    assert (untouched, gone) == (set(), [])


def test_B13_no_excuse_is_for_a_mistake_that_nobody_can_make():
    assert stale_excuses() == set()
