"""Around a copy of the platform: whether this database may tell anybody anything."""

from django.db import models


class Fence(models.Model):
    """The one row that says for which database messages and jobs go out; see ``realestate.core.fence``.

    Django does not manage the table: a flush between tests must not lose what a migration has put there.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    system = models.UUIDField(help_text="The same in all copies of one platform.")
    opened_for = models.TextField(help_text="The database that may tell people; empty: none may.")
    reason = models.TextField(blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "core_fence"

    def __str__(self) -> str:
        return self.opened_for or "closed"
