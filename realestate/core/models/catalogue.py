"""The version of the catalogue."""

from django.db import models


class CatalogueVersion(models.Model):
    """One of the tokens that make the version together; see ``realestate.core.answers.version``.

    A trigger renews one of them with each transaction that changes what the catalogue shows.
    """

    token = models.UUIDField()

    def __str__(self) -> str:
        return str(self.token)
