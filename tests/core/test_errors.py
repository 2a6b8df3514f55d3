"""DomainError: a sentence for people, a code for programs, a status for HTTP."""

from realestate.core.errors import DomainError, ServiceUnavailable, TooManyRequests


class Sold(DomainError):
    """This unit is sold.

    Not for users' eyes.
    """

    code, status = "test_sold", 409


class Wordless(DomainError):
    code = "test_wordless"


def test_the_docstrings_first_line_is_the_sentence():
    assert Sold().detail == str(Sold()) == Sold.default_detail() == "This unit is sold."


def test_a_text_of_its_own_fields_and_more():
    error = Sold("Sold yesterday.", errors={"unit_id": ("Sold.",)}, allowed=["b"])
    assert (error.detail, error.errors, error.extra) == (
        "Sold yesterday.",
        {"unit_id": ["Sold."]},
        {"allowed": ["b"]},
    )


def test_without_docstrings_there_is_still_a_sentence():
    Wordless.__doc__ = None  # as under python -OO
    assert Wordless().detail == "The request was refused."


def test_waiting_times():
    assert TooManyRequests(wait_seconds=30).extra == {"retry_after": 30}
    assert ServiceUnavailable().retry_after == 5
    assert Sold().retry_after is None
