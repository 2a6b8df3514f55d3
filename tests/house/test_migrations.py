"""I1, D33: no migration stops a site that runs; each can be undone, or says why not."""

import pytest
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.models import (
    PROTECT,
    BooleanField,
    CharField,
    CheckConstraint,
    ForeignKey,
    Func,
    Index,
    Q,
    UUIDField,
)

from realestate.core.ladder import LADDER
from tests.house.migrations import LANDED, is_new, one_way, unsafe

OURS = [each for key, each in MigrationLoader(None).disk_migrations.items() if key[0] in LADDER]
CHECK = CheckConstraint(condition=Q(a=1), name="a_is_one")


def made(*steps, **attributes) -> Migration:
    kind = type("Migration", (Migration,), {"operations": list(steps), **attributes})
    return kind("0099_test", "projects")


def test_each_app_has_its_line():
    assert set(LANDED) == set(LADDER)
    names = {(each.app_label, each.name.split("_")[0]) for each in OURS}
    assert set(LANDED.items()) <= names


def test_D33_no_new_migration_holds_a_table_for_long():
    assert {f"{each}": found for each in OURS if is_new(each) and (found := unsafe(each))} == {}


def test_I1_each_migration_can_be_undone_or_says_why_not():
    assert {f"{each}": found for each in OURS if (found := one_way(each))} == {}


@pytest.mark.parametrize(
    "step",
    [
        operations.AddIndex("unit", Index(fields=["price"], name="by_price")),
        operations.AddConstraint("unit", CHECK),
        operations.AddField("unit", "view", CharField(max_length=9, default="")),
        operations.AddField("unit", "view", CharField(max_length=9, null=True, db_index=True)),
        operations.AddField("unit", "code", CharField(max_length=9, null=True, unique=True)),
        operations.AddField("unit", "key", UUIDField(db_default=Func(function="gen_random_uuid"))),
        operations.AddField("unit", "of", ForeignKey("projects.Unit", PROTECT, null=True)),
        operations.AlterField("unit", "price", CharField(max_length=9)),
        operations.RemoveField("unit", "price"),
        operations.RenameField("unit", "price", "cost"),
        operations.DeleteModel("Unit"),
        operations.RenameModel("Unit", "Home"),
        operations.RunPython(lambda *_: None, lambda *_: None),
        operations.RunSQL("CREATE INDEX x ON projects_unit (price)", ""),
        operations.RunSQL(["CREATE UNIQUE INDEX x ON projects_unit (price)"], ""),
        operations.RunSQL("ALTER TABLE projects_unit ADD CONSTRAINT x CHECK (price > 0)", ""),
        operations.RunSQL("ALTER TABLE projects_unit ALTER COLUMN price SET NOT NULL", ""),
        operations.RunSQL("ALTER TABLE projects_unit ALTER COLUMN price TYPE text", ""),
        operations.RunSQL("SELECT 1; UPDATE projects_unit SET price = 1", ""),
        operations.SeparateDatabaseAndState([operations.AddConstraint("unit", CHECK)], []),
    ],
    ids=lambda step: type(step).__name__,
)
def test_D33_control_what_stops_a_site_is_seen_and_a_reason_lets_it_pass(step):
    (found,) = unsafe(made(step))
    name = found.split(":")[0]
    assert unsafe(made(step, because={name: "short"})) == [found]
    assert unsafe(made(step, because={name: "a table of a dozen rows"})) == []


@pytest.mark.parametrize(
    "steps",
    [
        [AddIndexConcurrently("unit", Index(fields=["price"], name="by_price"))],
        [AddConstraintNotValid("unit", CHECK)],
        [ValidateConstraint("unit", "a_is_one")],
        [operations.AddField("unit", "view", CharField(max_length=9, null=True))],
        [operations.AddField("unit", "is_new", BooleanField(db_default=False))],
        [operations.CreateModel("View", []), operations.AddConstraint("view", CHECK)],
        [operations.RunSQL("CREATE INDEX CONCURRENTLY x ON projects_unit (price)", "")],
        [operations.RunSQL("ALTER TABLE a ADD CONSTRAINT x CHECK (b > 0) NOT VALID", "")],
    ],
    ids=lambda steps: type(steps[0]).__name__,
)
def test_what_stops_nobody_passes(steps):
    assert unsafe(made(*steps)) == []


def test_a_constraint_is_not_validated_under_the_lock_that_added_it():
    steps = (AddConstraintNotValid("unit", CHECK), ValidateConstraint("unit", "a_is_one"))
    assert len(unsafe(made(*steps))) == 1


def test_control_a_way_of_no_return_is_seen():
    step = operations.RunSQL("SELECT 1")
    assert one_way(made(step)) == ["RunSQL"]
    assert one_way(made(step, one_way="the texts are not kept anywhere")) == []
