"""The likeness of a database: rows and a checksum of each table, and everything that stands around them.

Two databases with the same likeness say the same and keep the same promises. Nothing of it depends on the order of
rows, on numbers that a server gives to its tables, or on who owns them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

# How rows are written as text must not depend on whoever asks.
FIXED = {
    "DateStyle": "ISO, YMD",
    "TimeZone": "UTC",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "search_path": "public",
}
# A restored database is closed on purpose; see realestate.core.fence.
DIFFERS = {"core_fence"}
OURS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
NOT_OF_AN_EXTENSION = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {} AND d.deptype = 'e')"

# Name -> a query for pairs of a key and a text.
STRUCTURE: Mapping[str, str] = {
    "columns": f"""
        SELECT c.relname || '.' || a.attname,
            concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
                a.attidentity, a.attgenerated, pg_get_expr(f.adbin, f.adrelid),
                (SELECT collname FROM pg_collation WHERE oid = a.attcollation AND collname <> 'default'))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND {OURS}""",
    "constraints": f"""
        SELECT c.conrelid::regclass || '.' || c.conname,
            pg_get_constraintdef(c.oid) || CASE WHEN c.convalidated THEN '' ELSE ' not validated' END
        FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
        WHERE c.conrelid <> 0 AND c.contype NOT IN ('t', 'n') AND {OURS}""",
    "indexes": f"""
        SELECT i.indexrelid::regclass::text,
            pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('i', 'I') AND {OURS}""",
    "triggers": f"""
        SELECT t.tgrelid::regclass || '.' || t.tgname, pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT t.tgisinternal AND {OURS}""",
    "functions": f"""
        SELECT p.oid::regprocedure::text, md5(pg_get_functiondef(p.oid))
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.prokind IN ('f', 'p') AND {OURS} AND {NOT_OF_AN_EXTENSION.format("p.oid")}""",
    "types": f"""
        SELECT t.typname, string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
        FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE {OURS} GROUP BY 1""",
    "extensions": "SELECT extname, '' FROM pg_extension WHERE extname <> 'plpgsql'",
    # Of others than the owner, who may be somebody else in the copy and has all rights anyway.
    "grants": f"""
        SELECT c.relname || ' to ' || coalesce(r.rolname, 'public'),
            string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g
            LEFT JOIN pg_roles r ON r.oid = g.grantee
        WHERE g.grantee <> c.relowner AND {OURS} GROUP BY 1""",
}
TABLES = f"""
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND {OURS} AND {NOT_OF_AN_EXTENSION.format("c.oid")} ORDER BY 1"""
SEQUENCES = f"""
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND {OURS} ORDER BY 1"""
# 64 bits of each row's MD5, summed: any change of any row changes it, the order of rows does not.
CHECKSUM = "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0) FROM {} t"


CAST = re.compile(r"::(?:character varying|text)(?:\[\])?")
LITERAL = re.compile(r"\(('(?:[^']|'')*')\)")
LIST = re.compile(r"\(\(ARRAY\[([^\]]*)\]\)\)")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that is not the same in two databases."""

    what: str
    name: str
    was: str
    found: str


def read_likeness(database: "psycopg.Connection[Any]") -> dict[str, Any]:
    """Rows and checksum per table, sequences, structure; plain values, so that it can be kept as JSON.

    Within a transaction of one snapshot it is that of one instant.
    """
    for name, value in FIXED.items():
        database.execute("SELECT set_config(%s, %s, false)", [name, value])
    return {
        "tables": {name: _checksum(database, name) for name in _names(database, TABLES)},
        "sequences": {name: _position(database, name) for name in _names(database, SEQUENCES)},
        "structure": {
            what: {
                str(key): plain(str(text or "")) for key, text in database.execute(query).fetchall()
            }
            for what, query in STRUCTURE.items()
        },
    }


def plain(definition: str) -> str:
    """A definition without what PostgreSQL writes otherwise after a dump: where the texts of a list are cast."""
    uncast = CAST.sub("", definition)
    return LIST.sub(r"(ARRAY[\1])", LITERAL.sub(r"\1", uncast))


def compare(was: Mapping[str, Any], found: Mapping[str, Any]) -> list[Difference]:
    """What is missing, new or different in ``found``; a sequence may have gone on, never back."""
    tables = _differences(
        "table", _readable_tables(was["tables"]), _readable_tables(found["tables"])
    )
    sequences = [
        Difference(
            what="sequence", name=name, was=str(at), found=str(found["sequences"].get(name, "none"))
        )
        for name, at in was["sequences"].items()
        if found["sequences"].get(name, -1) < at
    ]
    structure = [
        difference
        for what, names in was["structure"].items()
        for difference in _differences(what, names, found["structure"].get(what, {}))
    ]
    return [*tables, *sequences, *structure]


def is_empty(database: "psycopg.Connection[Any]") -> bool:
    """Whether nobody has put anything into a database: no table, view, sequence, function or type of its own."""
    query = f"""
        SELECT (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE {OURS} AND {NOT_OF_AN_EXTENSION.format("c.oid")})
            + (SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE {OURS} AND {NOT_OF_AN_EXTENSION.format("p.oid")})"""
    row = database.execute(query).fetchone()
    return row is not None and row[0] == 0


def roles_named(likeness: Mapping[str, Any]) -> set[str]:
    """The roles that have been granted something."""
    grants = likeness["structure"]["grants"]
    return {name.rpartition(" to ")[2] for name in grants} - {"public"}


def _names(database: "psycopg.Connection[Any]", query: str) -> list[str]:
    return [row[0] for row in database.execute(query).fetchall()]


def _checksum(database: "psycopg.Connection[Any]", table: str) -> list[str]:
    row = database.execute(sql.SQL(CHECKSUM).format(sql.Identifier(table))).fetchone()
    return [str(value) for value in row or ()]


def _position(database: "psycopg.Connection[Any]", sequence: str) -> int:
    """How many numbers it has given."""
    query = sql.SQL("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {}")
    row = database.execute(query.format(sql.Identifier(sequence))).fetchone()
    return int(row[0]) if row else 0


def _readable_tables(tables: Mapping[str, list[str]]) -> dict[str, str]:
    return {
        name: f"{rows} rows, checksum {checksum}"
        for name, (rows, checksum) in tables.items()
        if name not in DIFFERS
    }


def _differences(what: str, was: Mapping[str, str], found: Mapping[str, str]) -> list[Difference]:
    return [
        Difference(what=what, name=name, was=was.get(name, "none"), found=found.get(name, "none"))
        for name in sorted({*was, *found})
        if was.get(name) != found.get(name)
    ]
