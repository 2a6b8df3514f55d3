"""Which constraint of the database a change breaks."""

from collections.abc import Callable

from django.db import IntegrityError, transaction

from realestate.core.db.conflicts import constraint_name


def violated(change: Callable[[], object]) -> str:
    """Its name; empty when there is none."""
    try:
        # Transactions are services' business; this one is a savepoint, after whose error the test goes on.
        with transaction.atomic():  # noqa: TID251  # a savepoint within the test's own transaction
            change()
    except IntegrityError as error:
        return constraint_name(error)
    return ""
