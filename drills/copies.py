"""Databases as copies of others on the same server. No Django: lanes make theirs before it is set up."""

import psycopg


def made(database: str, name: str, like: str = "template0") -> str:
    """A new database, as a copy of another one, in the place of whatever had its name; its address."""
    with psycopg.connect(maintenance(database), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        admin.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    return f"{database.rpartition('/')[0]}/{name}"


def maintenance(database: str) -> str:
    """Another database of the same server, from which one may drop this one."""
    return f"{database.rpartition('/')[0]}/postgres"
