"""Which constraint of the database a change breaks."""

from collections.abc import Callable

from django.db import IntegrityError, transaction

from realestate.core.db.conflicts import constraint_name


def violated(change: Callable[[], object]) -> str:
    """Its name; empty when there is none."""
    try:
        with transaction.atomic():  # noqa: TID251  # a savepoint: the test goes on after the error
            change()
    except IntegrityError as error:
        return constraint_name(error)
    return ""
