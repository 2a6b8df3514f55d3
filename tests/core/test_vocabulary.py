"""Words of clients: any case, dashes, underscores, spaces, and aliases (contract 0.6)."""

import pytest
from django.db.models import TextChoices

from realestate.core.vocabulary import Vocabulary, fold


class Colour(TextChoices):
    DARK_BLUE = "dark_blue", "Dark blue"
    RED = "red", "Red"
    WARM = "4BHK+", "Warm"


VOCABULARY = Vocabulary(Colour, {"Navy Blue": Colour.DARK_BLUE, "red": Colour.DARK_BLUE})


@pytest.mark.parametrize(
    "word",
    [
        "dark_blue",
        "dark-blue",
        "Dark Blue",
        "DARKBLUE",
        " dark\tblue ",
        "d-a-r-k__blue",
        "navy-blue",
        "NAVYBLUE",
    ],
)
def test_one_value_has_many_spellings(word):
    assert VOCABULARY.resolve(word) is Colour.DARK_BLUE


def test_other_characters_count():
    assert VOCABULARY.resolve("4bhk+") is Colour.WARM
    assert VOCABULARY.resolve("4bhk") is None


def test_an_alias_never_hides_a_value():
    assert VOCABULARY.resolve("red") is Colour.RED


@pytest.mark.parametrize("word", ["", "green", "\u0000", None, 1, True, ["red"], {"red": 1}])
def test_what_is_no_word_of_ours_is_none(word):
    assert VOCABULARY.resolve(word) is None


def test_fold():
    assert fold("On-Hold_ x\n") == "onholdx"
