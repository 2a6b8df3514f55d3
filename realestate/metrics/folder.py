"""The folder in which the processes of one web server share their counters. Only the standard library."""

import os
import shutil
from pathlib import Path

NAME = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client's own


def prepare(var: Path, port: int) -> None:
    """Empty the folder of the web server at a port, and name it to the processes that will be started.

    Files of an earlier run would be added to the counters of this one.
    """
    folder = var / "metrics" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[NAME] = str(folder)
