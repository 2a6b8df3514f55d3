"""The engine; where the database is comes from libpq's own variables (PGHOST, PGDATABASE, ...)."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

# JIT as on the platform's own connections: designs are compared, not a default of the server that slows one of them.
engine = create_engine(
    "postgresql+psycopg://",
    pool_size=10,
    pool_pre_ping=False,
    connect_args={"options": "-c jit=off"},
)
Sessions = sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """Of all tables."""


def get_db() -> Iterator[Session]:
    """A session per request."""
    with Sessions() as session:
        yield session


Db = Annotated[Session, Depends(get_db)]
