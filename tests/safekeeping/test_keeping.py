"""Retention: what is kept, and that nothing else than complete backups of this platform is ever removed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError

from realestate.core.models import Fence
from realestate.safekeeping.folder import FORMAT, HEADER, SUMS
from realestate.safekeeping.keeping import Kept, backups_of, outlived
from tests.commands.running import run

NOW = datetime(2026, 3, 31, 2, 30, tzinfo=UTC)
EACH_NIGHT = [NOW - timedelta(days=days) for days in range(400)]


def test_seven_days_five_weeks_and_twelve_months_are_kept():
    kept = set(EACH_NIGHT) - set(outlived(EACH_NIGHT, Kept(daily=7, weekly=5, monthly=12)))
    assert sorted(f"{at:%Y-%m-%d}" for at in kept) == [
        *("2025-04-30", "2025-05-31", "2025-06-30", "2025-07-31", "2025-08-31", "2025-09-30"),
        *("2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28"),
        *("2026-03-08", "2026-03-15", "2026-03-22"),
        *(f"2026-03-{day}" for day in range(25, 32)),
    ]


def test_the_newest_is_always_kept():
    assert outlived(EACH_NIGHT[:3], Kept(daily=0, weekly=0, monthly=0)) == EACH_NIGHT[1:3]
    assert outlived([], Kept(daily=1, weekly=1, monthly=1)) == []


def test_of_one_day_the_last_is_kept():
    twice = [NOW, NOW - timedelta(hours=1), NOW - timedelta(days=1)]
    assert outlived(twice, Kept(daily=7, weekly=0, monthly=0)) == [NOW - timedelta(hours=1)]


def made(folder, name, *, system, is_complete=True):
    path = folder / name
    path.mkdir(parents=True)
    (path / HEADER).write_text(json.dumps({"format": FORMAT, "system": system}))
    if is_complete:
        (path / SUMS).write_text("")
    return path


@pytest.mark.django_db
def test_only_complete_backups_of_this_platform_are_removed(tmp_path):
    ours = str(Fence.objects.get().system)
    old = made(tmp_path, "realestate-20250101T000000Z", system=ours)
    new = made(tmp_path, "realestate-20260101T000000Z", system=ours)
    others = [
        made(tmp_path, "realestate-20250102T000000Z", system="somebody else's"),
        made(tmp_path, "realestate-20250103T000000Z", system=ours, is_complete=False),
        made(tmp_path, "realestate-20250104T000000Z.partial", system=ours),
        made(tmp_path, "photos", system=ours),
    ]
    assert list(backups_of(ours, tmp_path).values()) == [new, old]
    shown = run("backup", "--to", str(tmp_path), "--keep-daily", "1", "--dry-run")
    assert shown == f"would remove {old}\n"
    assert old.exists()
    run("backup", "--to", str(tmp_path), "--keep-daily", "1")
    assert [old.exists(), new.exists()] == [False, False]
    assert [path.exists() for path in others] == [True] * 4
    assert len(backups_of(ours, tmp_path)) == 1


@pytest.mark.django_db
def test_without_a_rule_nothing_is_removed(tmp_path):
    old = made(tmp_path, "realestate-20250101T000000Z", system=str(Fence.objects.get().system))
    run("backup", "--to", str(tmp_path))
    assert old.exists()
    with pytest.raises(CommandError, match="is no"):
        run("restore", str(tmp_path), "--check")
