"""A throw-away database: of DATABASE_URL's server, or of one that starts in a folder of its own."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

TOKEN_MINUTES = 1440  # no run takes longer than its tokens live


def own_settings(folder: str, workers: int) -> dict[str, str]:
    """What the environment of the platform over such a database says."""
    return {
        "DJANGO_SETTINGS_MODULE": "realestate.settings.local",
        "ENV_FILE": "",
        "VAR_DIR": folder,
        "LOG_LEVEL": "ERROR",
        "WEB_WORKERS": str(workers),
        "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
        "ACCESS_TOKEN_MINUTES": str(TOKEN_MINUTES),
        "DB_STATEMENT_TIMEOUT": "0",  # of loading; the servers get the platform's own limit again
    }


@contextmanager
def throw_away_database(*, workers: int) -> Iterator[str]:
    """Django set up over an empty, migrated database; yields its address for other processes. Nothing stays."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the database server of a checkout of root runs as somebody else
        os.environ.update(own_settings(folder, workers))
        import django

        django.setup()
        from django.db import connection

        connection.creation.create_test_db(verbosity=0)
        del os.environ["DB_STATEMENT_TIMEOUT"]
        try:
            given = connection.settings_dict
            who = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}"
            where = f"{quote(given['HOST'] or 'localhost', safe='')}:{given['PORT'] or 5432}"
            yield f"postgresql://{who}@{where}/{given['NAME']}"
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
