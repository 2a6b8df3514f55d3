"""Which rows the back office shows to whom: its pages, its search and its jobs ask here."""

from typing import Any

from django.db.models import Model, QuerySet

from realestate.core.enums import Role


def office_rows(model: type[Model], user: Any) -> QuerySet[Any]:  # a user of the accounts app
    """The platform's staff see every row; a builder's people their builder's own, and nothing of others.

    What is public in the catalogue is not on that account a row of the office: such tables have ``for_office`` beside
    ``for_user``. Tables without either are the platform's.
    """
    rows: Any = model._default_manager.all()  # noqa: SLF001  # documented API
    if getattr(user, "user_type", None) == Role.STAFF:
        return rows  # type: ignore[no-any-return]  # a queryset of any table
    scoped = getattr(rows, "for_office", None) or getattr(rows, "for_user", None)
    return scoped(user) if scoped is not None else rows.none()  # type: ignore[no-any-return]  # see above
