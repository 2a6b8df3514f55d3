"""I5: a restored copy is equal table by table; whatever is not whole is refused before anything is written."""

import json
from hashlib import sha256

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from realestate.safekeeping.folder import as_json
from realestate.safekeeping.likeness import compare, is_empty, read_likeness
from realestate.safekeeping.programs import SafekeepingError, connected
from realestate.safekeeping.restoring import restore_backup
from tests.safekeeping.conftest import PASSPHRASE, flip, reader

pytestmark = pytest.mark.django_db


def restore(folder, empty, tmp_path, passphrase=""):
    return restore_backup(
        reader(folder, passphrase), into=empty, files=FileSystemStorage(tmp_path / "media")
    )


def stays_empty(empty) -> bool:
    with connected(empty) as database:
        return is_empty(database)


def test_I5_a_restored_copy_is_equal_in_every_table_and_every_file(backup, empty, tmp_path):
    restored = restore(backup, empty, tmp_path)
    assert (restored.differences, restored.files, restored.migrations_to_come) == ([], 4, 0)
    counted = {name: int(rows) for name, (rows, _) in restored.likeness["tables"].items()}
    assert (counted["core_storedfile"], counted["procrastinate_jobs"]) == (2, 1)
    contents = {path.read_bytes() for path in (tmp_path / "media").rglob("*") if path.is_file()}
    assert contents == {b"%PDF-1.4 terms", b"a picture", b"small", b"medium"}


def test_I5_an_encrypted_one_is_restored_with_its_passphrase(sealed_backup, empty, tmp_path):
    restored = restore(sealed_backup, empty, tmp_path, PASSPHRASE)
    assert (restored.differences, restored.files) == ([], 4)


@pytest.mark.parametrize(
    ("what", "statement"),
    [
        ("table", "UPDATE core_storedfile SET size = size + 1"),
        ("table", "DELETE FROM auth_permission WHERE id = (SELECT max(id) FROM auth_permission)"),
        ("sequence", "ALTER SEQUENCE core_storedfile_id_seq RESTART"),
        ("columns", "ALTER TABLE core_jobrun ALTER did DROP NOT NULL"),
        ("constraints", "ALTER TABLE projects_claim DROP CONSTRAINT claim_kind_is_known"),
        ("indexes", "DROP INDEX one_payment_per_transaction"),
        ("triggers", "ALTER TABLE core_auditentry DISABLE TRIGGER audit_append_only"),
        ("triggers", "DROP TRIGGER ledger_append_only ON payments_ledgerentry"),
        ("functions", "ALTER FUNCTION core_is_fenced() VOLATILE"),
        ("types", "ALTER TYPE procrastinate_job_status ADD VALUE 'other'"),
        ("extensions", "CREATE EXTENSION hstore"),
        ("grants", "GRANT SELECT ON core_seal TO pg_monitor"),
    ],
)
def test_I5_control_one_change_in_the_copy_is_found(backup, empty, tmp_path, what, statement):
    was = restore(backup, empty, tmp_path).likeness
    with connected(empty) as database:
        database.execute("SET session_replication_role = replica")  # triggers would add rows
        database.execute(statement)
        found = compare(was, read_likeness(database))
    assert {difference.what for difference in found} == {what}


def test_I5_a_database_with_anything_in_it_is_refused(backup, empty, tmp_path):
    with connected(empty) as database:
        database.execute("CREATE TABLE somebodys (id int)")
    with pytest.raises(SafekeepingError, match="not empty"):
        restore(backup, empty, tmp_path)


def test_I5_any_damaged_file_is_refused_and_the_database_stays_empty(backup, empty, tmp_path):
    parts = sorted(path for path in backup.rglob("*") if path.is_file())
    assert len(parts) == 8
    for part in parts:
        before = part.read_bytes()
        flip(part)
        with pytest.raises(SafekeepingError):
            restore(backup, empty, tmp_path)
        part.unlink()
        with pytest.raises(SafekeepingError):
            restore(backup, empty, tmp_path)
        part.write_bytes(before)
    assert stays_empty(empty)
    assert not (tmp_path / "media").exists()
    assert restore(backup, empty, tmp_path).differences == []  # whole again


@pytest.mark.parametrize("sums_too", [False, True])
def test_I5_an_archive_that_was_cut_off_is_refused(backup, empty, tmp_path, sums_too):
    dump = backup / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-100])
    if sums_too:
        sums = backup / "SHA256SUMS"
        lines = [line for line in sums.read_text().splitlines() if "database.dump" not in line]
        lines.append(f"{sha256(dump.read_bytes()).hexdigest()}  database.dump")
        sums.write_text("\n".join(lines) + "\n")
    with pytest.raises(SafekeepingError, match=r"database\.dump is"):
        restore(backup, empty, tmp_path)
    assert stays_empty(empty)


def test_a_dump_that_fails_on_the_way_leaves_nothing_behind(backup, empty, tmp_path):
    replaced(backup, "database.dump", (backup / "database.dump").read_bytes()[:-3000])
    with pytest.raises(SafekeepingError, match="could not be restored, and is empty"):
        restore(backup, empty, tmp_path)
    assert stays_empty(empty)


def test_a_wrong_passphrase_is_refused(sealed_backup, empty, tmp_path):
    with pytest.raises(SafekeepingError, match="The passphrase is wrong"):
        restore(sealed_backup, empty, tmp_path, PASSPHRASE + "!")
    with pytest.raises(SafekeepingError, match="a passphrase is needed"):
        restore(sealed_backup, empty, tmp_path)


def test_a_newer_schema_is_refused(backup, empty, tmp_path):
    manifest = json.loads((backup / "manifest.json").read_bytes())
    manifest["migrations"].append(["core", "9999_from_tomorrow"])
    replaced(backup, "manifest.json", as_json(manifest))
    with pytest.raises(SafekeepingError, match="9999_from_tomorrow is not known"):
        restore(backup, empty, tmp_path)
    assert stays_empty(empty)


def test_an_older_schema_is_restored_and_told(backup, empty, tmp_path):
    manifest = json.loads((backup / "manifest.json").read_bytes())
    manifest["migrations"].remove(["core", "0001_initial"])
    replaced(backup, "manifest.json", as_json(manifest))
    assert restore(backup, empty, tmp_path).migrations_to_come == 1


def test_rights_of_a_role_that_is_not_there_are_refused(backup, empty, tmp_path):
    manifest = json.loads((backup / "manifest.json").read_bytes())
    manifest["database"]["structure"]["grants"]["core_seal to nobody_here"] = "SELECT"
    replaced(backup, "manifest.json", as_json(manifest))
    with pytest.raises(SafekeepingError, match="granted to nobody_here"):
        restore(backup, empty, tmp_path)


def test_a_file_that_is_there_stays_and_another_of_its_name_is_refused(backup, empty, tmp_path):
    media = FileSystemStorage(tmp_path / "media")
    names = [p.relative_to(backup / "files") for p in (backup / "files").rglob("*") if p.is_file()]
    media.save(str(names[0]), ContentFile((backup / "files" / names[0]).read_bytes()))
    media.save(str(names[1]), ContentFile(b"somebody else's"))
    with pytest.raises(SafekeepingError, match="another file under the name"):
        restore(backup, empty, tmp_path)
    assert stays_empty(empty)
    media.delete(str(names[1]))
    restored = restore(backup, empty, tmp_path)
    assert (restored.differences, restored.kept_files) == ([], 1)


def test_names_that_lead_out_of_the_folder_are_refused(backup):
    with (backup / "SHA256SUMS").open("a") as sums:
        sums.write(f"{'0' * 64}  files/../../passwd\n")
    with pytest.raises(SafekeepingError, match="has a line that is none"):
        reader(backup)


def test_a_copy_is_fenced_from_its_first_moment(backup, empty, tmp_path):
    restore(backup, empty, tmp_path)
    fetch = "SELECT task_name FROM procrastinate_fetch_job_v2(NULL, (SELECT * FROM procrastinate_register_worker_v1()))"
    this = "UPDATE core_fence SET opened_for = core_this_database()"
    with connected(empty) as database:
        assert database.execute("SELECT core_is_fenced()").fetchone() == (True,)
        assert database.execute("SELECT opened_for FROM core_fence").fetchone() == ("",)
        assert database.execute(fetch).fetchone() == (None,)
        database.execute(this)
        assert database.execute(fetch).fetchone() == ("accounts.mail_password_reset",)


def replaced(folder, name, content):
    """Another content of a part, with the sums that belong to it."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    if name == "database.dump":
        manifest["dump"] = [len(content), sha256(content).hexdigest()]
        (folder / "manifest.json").write_bytes(as_json(manifest))
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "SHA256SUMS")
    lines = [f"{sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder)}\n" for p in paths]
    (folder / "SHA256SUMS").write_text("".join(lines))
