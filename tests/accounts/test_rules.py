"""Pure rules of identity."""

from datetime import date

import pytest

from accounts import rules


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Mary.Smith@Example.COM", "mary.smith@example.com"),
        ("  mary@example.com ", "mary@example.com"),
        ("\u212aim@example.com", "kim@example.com"),  # the Kelvin sign
        ("\uff4dary@example.com", "mary@example.com"),  # full width
        ("mary@B\u00fccher.example", "mary@xn--bcher-kva.example"),
        (
            "\u0430sha@example.com",
            "\u0430sha@example.com",
        ),  # Cyrillic: stays, and the form refuses it
        ("mary@exam\u200bple.com", "mary@example.com"),  # an invisible character
        ("mary@" + "\u00fc" * 70 + ".example", "mary@" + "\u00fc" * 70 + ".example"),
        ("no address", "no address"),
        ("", ""),
    ],
)
def test_E10_addresses_have_one_way_to_be_written(written, stored):
    assert rules.normalize_email(written) == stored


@pytest.mark.parametrize(
    ("text", "line"),
    [("  Mary \n Ann\t Smith ", "Mary Ann Smith"), ("Cafe\u0301", "Caf\u00e9"), ("", "")],
)
def test_G8_names_are_one_line(text, line):
    assert rules.one_line(text) == line


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mary", False),
        ("\u0915\u094d\u200d\u0937", False),  # a joiner is part of Indian words
        ("a\x1bb", True),
        ("a\x00b", True),
        ("a\u202eb", True),
        ("a\nb", True),
    ],
)
def test_control_characters_are_found(text, found):
    assert rules.has_control_characters(text) is found


def test_line_breaks_may_be_allowed():
    assert not rules.has_control_characters("a\nb", allowed="\n")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("+91 98200 22222", True),
        ("(022) 5550-1234", True),
        ("9820022222", True),
        ("123456", True),
        ("12345", False),
        ("1234567890123456", False),
        ("call me", False),
        ("+", False),
        ("\u0967\u0968\u0969\u096a\u096b\u096c\u096d", False),
        ("9820022222;drop", False),
    ],
)
def test_phone_numbers_look_like_phone_numbers(text, good):
    assert rules.is_phone(text) is good


@pytest.mark.parametrize(
    ("day", "good"),
    [
        (date(1990, 5, 1), True),
        (date(2026, 6, 14), True),
        (date(2026, 6, 15), False),
        (date(2027, 1, 1), False),
        (date(1896, 1, 1), True),
        (date(1895, 12, 31), False),
    ],
)
def test_dates_of_birth_are_in_the_past_and_of_somebody_alive(day, good):
    assert rules.is_date_of_birth(day, today=date(2026, 6, 15)) is good


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("realestate", True),
        ("RealEstate2026!", True),
        ("builder123", True),
        ("builder of long sentences", False),
        ("12345678", False),
    ],
)
def test_E7_words_of_this_site_are_no_passwords(password, found):
    assert rules.is_context_word(password) is found
