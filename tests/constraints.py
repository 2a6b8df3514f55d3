"""Which constraint of the database a change breaks."""

from collections.abc import Callable

from django.db import IntegrityError, transaction

from realestate.core.db.conflicts import constraint_name


def violated(change: Callable[[], object]) -> str:
    """Its name; empty when there is none."""
    try:
        # Services open transactions, hence the ban. Here nothing is committed: it is a savepoint, without which the
        # error that is looked for would end the test's own transaction, and no question could follow.
        with transaction.atomic():  # noqa: TID251  # a savepoint, as said above
            change()
    except IntegrityError as error:
        return constraint_name(error)
    return ""
