"""The whole platform from its backup (I5), silent until it is opened (I7), and at a point in time (I6).

Each promise has a control: the same with the guard taken away must fail.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import psycopg
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.db import connection

from drills import house
from drills.recovery import POINT, Cluster, own_server
from drills.report import Promise, progress
from realestate.safekeeping.folder import DUMP, Reader
from realestate.safekeeping.likeness import compare, read_likeness
from realestate.safekeeping.programs import SafekeepingError, connected, our_database
from realestate.safekeeping.restoring import Restored, restore_backup
from realestate.safekeeping.taking import Taken, take_backup

UNITS = 1_000_000
MOST_SECONDS = 300.0  # to restore a million units
RPO, RTO = 60.0, 900.0  # seconds
ARCHIVE = {True: 5, False: 30}  # seconds after which an unfinished piece of the log is archived
LISTEN = 12.0  # seconds in which a worker of an open platform has long begun to send
PASSPHRASE, OTHER = "a passphrase of a drill", "another passphrase"


def run(_database: str, *, quick: bool) -> list[Promise]:
    """The demo, without ``quick`` with a town of a million units beside it."""
    folder = Path(tempfile.mkdtemp(prefix="drill-"))
    try:
        progress("seeding")
        call_command("seed_demo", verbosity=0)
        if not quick:
            call_command("seed_benchmark", units=UNITS)
        begin = time.monotonic()
        taken = take_backup(
            into=folder, passphrase=PASSPHRASE, now=datetime.now(UTC), tell=progress
        )
        seconds = time.monotonic() - begin
        return [
            *restored(taken, folder, backup_seconds=seconds),
            *recovered(taken, quick=quick),
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def restored(taken: Taken, folder: Path, *, backup_seconds: float) -> list[Promise]:
    """Into an empty database of the same server."""
    reader = Reader(taken.folder, passphrase=PASSPHRASE)
    with empty_database("copy") as where:
        begin = time.monotonic()
        found = restore_backup(
            reader, into=where, files=FileSystemStorage(folder / "media"), tell=progress
        )
        seconds = time.monotonic() - begin
        return [
            equality(taken, found, backup_seconds=backup_seconds, seconds=seconds),
            one_row(found, where),
            corrupted(taken),
            *silence(where, folder),
        ]


def equality(taken: Taken, found: Restored, *, backup_seconds: float, seconds: float) -> Promise:
    """Every table, sequence, constraint, index, trigger, function, right and file."""
    things = sum(len(names) for names in found.likeness["structure"].values())
    figure = (
        f"{taken.tables} tables with {taken.rows:,} rows, {len(found.likeness['sequences'])} sequences, {things:,}"
        f" definitions, {taken.files} files: {len(found.differences)} differences; backup {taken.size / 1e6:,.1f} MB in"
        f" {backup_seconds:.1f} s, restored and compared in {seconds:.1f} s"
    )
    return Promise(
        id="I5",
        what="a restored platform is equal in every table and file, within five minutes",
        figure=figure,
        holds=not found.differences and seconds <= MOST_SECONDS,
    )


def one_row(found: Restored, where: dict[str, str]) -> Promise:
    """Control: one changed row in the copy is found, and nothing else."""
    change = (
        "UPDATE projects_unit SET price = price + 1 WHERE id = (SELECT min(id) FROM projects_unit)"
    )
    with connected(where) as database:
        database.execute("SET session_replication_role = replica")
        database.execute(change)
        unlike = [
            f"{each.what} {each.name}" for each in compare(found.likeness, read_likeness(database))
        ]
        database.execute(change.replace("+ 1", "- 1"))
        again = compare(found.likeness, read_likeness(database))
    return Promise(
        id="I5",
        what="control: one changed row of one table is found",
        figure=f"found: {', '.join(unlike)}; changed back: {len(again)} differences",
        holds=unlike == ["table projects_unit"] and not again,
    )


def corrupted(taken: Taken) -> Promise:
    """One byte of the archive; one file too few; a wrong passphrase: refused, with nothing written."""
    dump = next(taken.folder.glob(f"{DUMP}*"))
    good = dump.read_bytes()
    refusals = []
    with empty_database("refused") as where:
        for place in (0, len(good) // 2, -1):
            dump.write_bytes(
                good[: place % len(good)] + bytes([good[place] ^ 1]) + good[place % len(good) + 1 :]
            )
            refusals.append(refusal(taken.folder, where))
        dump.unlink()
        refusals.append(refusal(taken.folder, where))
        dump.write_bytes(good)
        refusals.append(refusal(taken.folder, where, passphrase=OTHER))
        with connected(where) as database:
            tables = database.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone()
    return Promise(
        id="I5",
        what="a damaged, incomplete or foreign backup is refused, and nothing is written",
        figure=f"{sum(map(bool, refusals))} of 5 refused; tables written: {tables[0] if tables else '?'}",
        holds=all(refusals) and tables == (0,),
    )


def refusal(folder: Path, where: dict[str, str], passphrase: str = PASSPHRASE) -> str:
    """Why it is refused; empty if it is not."""
    try:
        restore_backup(Reader(folder, passphrase=passphrase), into=where, files=None)
    except SafekeepingError as error:
        return str(error)
    return ""


def silence(where: dict[str, str], folder: Path) -> list[Promise]:
    """The restored platform serves, and its worker tells nobody anything, until it is opened."""
    post = folder / "post"
    environment = {"EMAIL_URL": f"filemail:///{post}", "DATABASE_URL": url_of(where)}
    with connected(
        where
    ) as database:  # as many messages wait as there are: each would be sent at once
        database.execute("SET session_replication_role = replica")
        database.execute(
            "UPDATE notifications_delivery SET next_try_at = now(), sent_at = NULL, failed_at = NULL, tries = 0"
            " WHERE channel = 'email'"
        )
        database.execute(
            "UPDATE procrastinate_jobs SET priority = 9 WHERE task_name = 'notifications.deliver'"
        )
    with house.site(url_of(where), more=environment) as site:
        with urlopen(f"{site.url}/health/ready", timeout=10) as answer:  # noqa: S310  # our own server
            health = answer.read().decode()
        with urlopen(f"{site.url}/api/projects", timeout=10) as answer:  # noqa: S310  # likewise
            is_serving = answer.status == 200 and len(answer.read()) > 2
        progress(f"a worker on the fenced copy, for {LISTEN:.0f} s")
        before = jobs_done(where)
        with house.worker(site.environment):
            wait_for_worker(where)
            time.sleep(LISTEN)
        fenced = (messages(post), jobs_done(where) - before)
        with connected(where) as database:
            database.execute("UPDATE core_fence SET opened_for = core_this_database()")
        progress(f"a worker on the open copy, for {LISTEN:.0f} s")
        with house.worker(site.environment):
            wait_for_worker(where)
            time.sleep(LISTEN)
        opened = (messages(post), jobs_done(where) - before)
    return [
        Promise(
            id="I7",
            what="a restored platform serves, and tells nobody anything while it is fenced",
            figure=f"in {LISTEN:.0f} s: {fenced[0]} messages, {fenced[1]} jobs done; ready, and says outgoing: "
            f"{'fenced' if 'fenced' in health else 'nothing'}",
            holds=fenced == (0, 0) and is_serving and '"outgoing": "fenced"' in health,
        ),
        Promise(
            id="I7",
            what="control: opened, the same worker sends",
            figure=f"in {LISTEN:.0f} s: {opened[0]} messages, {opened[1]} jobs done",
            holds=opened[0] > 0 and opened[1] > 0,
        ),
    ]


def wait_for_worker(where: dict[str, str], patience: float = 90.0) -> None:
    """Until it has said that it is there; what it does then counts."""
    end = time.monotonic() + patience
    with connected(where) as database:
        while database.execute("SELECT 1 FROM procrastinate_workers LIMIT 1").fetchone() is None:
            if time.monotonic() > end:
                raise RuntimeError("The worker did not start.")
            time.sleep(0.1)


def messages(post: Path) -> int:
    """Mails that were written."""
    return (
        sum(path.read_text(errors="replace").count("Message-ID:") for path in post.glob("*"))
        if post.is_dir()
        else 0
    )


def jobs_done(where: dict[str, str]) -> int:
    """Jobs that left the queue's beginning."""
    with connected(where) as database:
        row = database.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status <> 'todo'"
        ).fetchone()
    return int(row[0]) if row else 0


def recovered(taken: Taken, *, quick: bool) -> list[Promise]:
    """Base backup and archived log: the state of a point, although everything was deleted after it."""
    with own_server(archive_seconds=ARCHIVE[quick]) as cluster:
        progress("a server that archives its log")
        restore_backup(Reader(taken.folder, passphrase=PASSPHRASE), into=cluster.where, files=None)
        cluster.take_base()
        verified = cluster.program("pg_verifybackup", str(cluster.base))
        damaged = verification_of_a_damaged_base(cluster)
        with connected(cluster.where) as database:
            work(database)
            was = read_likeness(database)
            rpo = accident(database, cluster)
        cluster.kill()
        progress("recovering to the point before the accident")
        begin = time.monotonic()
        cluster.recover("recovered", to=POINT)
        with connected(cluster.where) as database:
            rto = time.monotonic() - begin
            unlike = compare(was, read_likeness(database))
            database.execute("CREATE EXTENSION amcheck")
        checked = cluster.program(
            "pg_amcheck", "-h", str(cluster.home), "-U", "realestate", "--heapallindexed", "-d", "realestate"
        )  # fmt: skip
        cluster.stop()
        progress("control: recovering to the end of the log")
        cluster.recover("everything", to=None)
        with connected(cluster.where) as database:
            to_the_end = compare(was, read_likeness(database))
    return [
        Promise(
            id="I6",
            what="the state of a point in time comes back, although all was deleted after it",
            figure=f"{len(unlike)} differences; RPO {rpo:.1f} s (≤ {RPO:.0f}), RTO {rto:.1f} s (≤ {RTO:.0f})",
            holds=not unlike and rpo <= RPO and rto <= RTO,
        ),
        Promise(
            id="I6",
            what="control: to the end of the log, everything is gone",
            figure=f"{len(to_the_end):,} differences",
            holds=len(to_the_end) > len(was["tables"]),
        ),
        Promise(
            id="I6",
            what="the base backup verifies, the recovered tables and indexes are sound",
            figure=f"pg_verifybackup: {verified.stdout.strip() or verified.stderr.strip()}; pg_amcheck"
            f" --heapallindexed: {(checked.stdout + checked.stderr).strip() or 'nothing amiss'}; control, one byte"
            f" changed: exit code {damaged}",
            holds=(verified.returncode, checked.returncode, damaged) == (0, 0, 1),
        ),
    ]


def verification_of_a_damaged_base(cluster: Cluster) -> int:
    """The exit code of pg_verifybackup when one byte of one file is another."""
    path = max((cluster.base / "base").rglob("[0-9]*"), key=lambda each: each.stat().st_size)
    with path.open("r+b") as file:
        file.seek(4096)
        byte = file.read(1)
        file.seek(4096)
        file.write(bytes([byte[0] ^ 1]))
        file.flush()
        code = cluster.program("pg_verifybackup", "--quiet", str(cluster.base)).returncode
        file.seek(4096)
        file.write(byte)
    return code


def work(database: "psycopg.Connection[tuple[object, ...]]") -> None:
    """What happens between the base backup and the point."""
    database.execute("UPDATE projects_unit SET price = price + 1 WHERE id % 7 = 0")
    database.execute(
        "INSERT INTO core_jobrun (name, trigger, outcome, started_at, did)"
        " SELECT 'drill', 'command', 'running', now(), '' FROM generate_series(1, 1000)"
    )
    database.execute("DELETE FROM notifications_delivery WHERE id % 2 = 0")


def accident(database: "psycopg.Connection[tuple[object, ...]]", cluster: Cluster) -> float:
    """Name the point, wait for the archive, delete everything; returns after how many seconds the point was safe."""
    begin = time.monotonic()
    row = database.execute(
        "SELECT pg_walfile_name(pg_create_restore_point(%s))", [POINT]
    ).fetchone()
    rpo = seconds_until(cluster.archive / str(row[0] if row else ""), begin)
    database.execute("DROP SCHEMA public CASCADE")
    row = database.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    seconds_until(cluster.archive / str(row[0] if row else ""), time.monotonic())
    return rpo


def seconds_until(piece: Path, begin: float) -> float:
    """After how long a piece of the log was in the archive; twice the promise when it does not come."""
    while not piece.is_file():
        if time.monotonic() - begin > RPO * 2:
            return RPO * 2
        time.sleep(0.1)
    return time.monotonic() - begin


@contextmanager
def empty_database(name: str) -> Iterator[dict[str, str]]:
    """Beside the drill's own database; removed afterwards."""
    ours = our_database()
    where = {**ours, "dbname": f"{ours['dbname']}_{name}"}
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {where['dbname']} TEMPLATE template0")
    try:
        yield where
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {where['dbname']} WITH (FORCE)")


def url_of(where: dict[str, str]) -> str:
    """For DATABASE_URL."""
    host = quote(where.get("host", "localhost"), safe="")
    who = f"{quote(where['user'])}:{quote(where.get('password', ''))}"
    return f"postgresql://{who}@{host}:{where.get('port', 5432)}/{where['dbname']}"
